/** What an update does to the Service's existing Private Link Service, and whether the load balancer can take a new one. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { PlsRow } from "../../inventory/model.ts";
import { parseResourceId } from "../../azure/resourceId.ts";
import {
  celText,
  type BalancerPrivateLinkServices,
  type RelatedPrivateLinkServices,
  type Rule,
  type RuleInput,
  type Violation,
} from "../rule.ts";
import { addressChanges, celAddressChanges } from "./addressChanged.ts";

const GROUP = ANNOTATIONS.plsResourceGroup.key;
const SUBNET = ANNOTATIONS.internalSubnet.key;
const CREATE = ANNOTATIONS.plsCreate.key;
/** Set on a Service, it allows to disconnect its consumers. */
const ALLOW_DISCONNECT = OWN_ANNOTATIONS.allowDisconnect.key;
/** @see https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#private-link-limits */
const MOST_ON_BALANCER = 8;
/** Names of the controller's load balancers in a cluster with one internal and one public load balancer. */
const ONLY_BALANCER = /^kubernetes(-internal)?$/i;

export const plsResourceGroupChanged: Rule = {
  id: "pls-resource-group-changed",
  title: "Update changes the resource group of the Private Link Service",
  severity: "deny",
  celAtMost: "warn",
  reads: `${GROUP}, before and after, the Service's own Private Link Service`,
  needsState: false,
  docs: "The cloud controller looks in the new group only and creates a second Private Link Service on the same frontend. Later it cannot delete the frontend. A warning if Mooring has not recorded whether one exists.",
  cel: () => "variables.hadPls && variables.hasPls && variables.plsGroup != variables.oldPlsGroup",
  check: (input) => {
    const { annotations, intent, privateLinkServices } = input;
    if (!intent.pls || livingHere(input)) return [];
    const elsewhere = privateLinkServices?.living?.[0];
    if (!elsewhere && !changesGroup(input)) return [];
    const message = elsewhere
      ? `Private Link Service ${elsewhere.name} is in resource group ${parseResourceId(elsewhere.id)?.resourceGroup}, and a second one would be created: keep the group, or create a new Service`
      : "if there is a Private Link Service in the other group, a second one is created: keep the group";
    return [certainIf(elsewhere, { field: GROUP, value: annotations[GROUP] ?? "", message })];
  },
};

export const plsFrontendReplaced: Rule = {
  id: "pls-frontend-replaced",
  title: "Update replaces the frontend of a Private Link Service",
  severity: "deny",
  celAtMost: "warn",
  reads: `${SUBNET}, requested addresses, before and after, the Service's own Private Link Service, ${ALLOW_DISCONNECT}`,
  needsState: false,
  docs: `A different subnet or address replaces the frontend. The cloud controller deletes its Private Link Service with all connections and creates another one with a new alias; older versions of the controller fail. To allow this, set \`${ALLOW_DISCONNECT}: "true"\` on the Service first. A warning if Mooring has not recorded whether a Private Link Service exists.`,
  cel: () =>
    `variables.hadPls && variables.hasPls && variables.isInternal && (${celText(ALLOW_DISCONNECT)} in variables.oldAnnotations ? variables.oldAnnotations[${celText(ALLOW_DISCONNECT)}] : "") != "true" && ((variables.wasInternal && variables.frontendSubnet != variables.oldFrontendSubnet) || ${celAddressChanges("4")})`,
  check: (input) => {
    const { intent, privateLinkServices, old } = input;
    const living = privateLinkServices?.living?.[0];
    if (!intent.pls || !old || !replacesFrontend(input) || !(living ?? old.intent.pls)) return [];
    if (old.annotations[ALLOW_DISCONNECT] === "true") return [];
    const { field, text } = addressChanges(input)[0] ?? { field: SUBNET, text: intent.subnet ?? "" };
    const name = living ? `Private Link Service ${living.name}` : "the Private Link Service";
    const message = `${name} and its connections are deleted with the frontend: keep subnet and address, or create a new Service`;
    return [certainIf(living, { field, value: text, message })];
  },
};

export const plsBalancerFull: Rule = {
  id: "pls-balancer-full",
  title: `Load balancer already has ${MOST_ON_BALANCER} Private Link Services`,
  severity: "deny",
  reads: `${CREATE}, the Private Link Services on the cluster's load balancers`,
  needsState: true,
  docs: "Azure's limit per load balancer. Azure rejects another Private Link Service and the Service stays pending. A warning in a cluster with several load balancers.",
  check: ({ annotations, intent, old, privateLinkServices = {} }) => {
    if (!intent.pls || privateLinkServices.living || privateLinkServices.onFrontend) return [];
    const full = fullBalancer(privateLinkServices);
    if (!full) return [];
    const message = `load balancer ${full.name} has ${full.privateLinkServices} Private Link Services, Azure's limit: remove one, or share one by using its frontend address`;
    const isCertain =
      privateLinkServices.balancers?.length === 1 && ONLY_BALANCER.test(full.name) && !old?.intent.pls;
    return [certainIf(isCertain, { field: CREATE, value: annotations[CREATE] ?? "", message })];
  },
};

/** One of the load balancers that the Service may use, if all of them are full. */
function fullBalancer({
  balancers = [],
}: RelatedPrivateLinkServices): BalancerPrivateLinkServices | undefined {
  return balancers.every(({ privateLinkServices }) => privateLinkServices >= MOST_ON_BALANCER)
    ? balancers[0]
    : undefined;
}

/** At most a warning if Azure's state is not recorded. */
function certainIf(evidence: unknown, violation: Violation): Violation {
  return evidence ? violation : { ...violation, atMost: "warn" };
}

function changesGroup(input: RuleInput): boolean {
  const { intent, old } = input;
  return old?.intent.pls !== undefined && groupOf(input, old.intent) !== groupOf(input, intent);
}

/** The Service's own PLS that the controller finds: it looks only in the resource group that the annotation names now. */
export function livingHere(input: RuleInput): PlsRow | undefined {
  return input.privateLinkServices?.living?.find(
    ({ id }) => parseResourceId(id)?.resourceGroup.toLowerCase() === groupOf(input, input.intent),
  );
}

function groupOf({ nodeResourceGroup = "" }: RuleInput, { pls }: RuleInput["intent"]): string {
  return (pls?.resourceGroup ?? nodeResourceGroup).toLowerCase();
}

/** True of an update to another subnet or IPv4 address: the controller deletes the frontend and creates another one. */
export function replacesFrontend(input: RuleInput): boolean {
  const { intent, old } = input;
  if (!intent.internal || !old?.intent.internal) return false;
  const subnetOf = ({ subnet = "" }: RuleInput["intent"]) => subnet.toLowerCase();
  return (
    subnetOf(old.intent) !== subnetOf(intent) || addressChanges(input).some(({ family }) => family === "IPv4")
  );
}
