/** What an update does to the Private Link Service that the Service has already, and whether there is room for a new one. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { PlsRow } from "../../inventory/model.ts";
import { parseResourceId } from "../../azure/resourceId.ts";
import {
  celText,
  type BalancerPrivateLinkServices,
  type MetPrivateLinkServices,
  type Rule,
  type RuleInput,
  type Violation,
} from "../rule.ts";
import { addressChanges, celAddressChanges } from "./addressChanged.ts";

const GROUP = ANNOTATIONS.plsResourceGroup.key;
const SUBNET = ANNOTATIONS.internalSubnet.key;
const CREATE = ANNOTATIONS.plsCreate.key;
/** On a Service: its consumers may be disconnected. */
const ALLOW_DISCONNECT = OWN_ANNOTATIONS.allowDisconnect.key;
/** @see https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-private-link-limits */
const MOST_ON_BALANCER = 8;
/** The controller's load balancers in a cluster that has one of each kind. */
const ONLY_BALANCER = /^kubernetes(-internal)?$/i;

export const plsResourceGroupChanged: Rule = {
  id: "pls-resource-group-changed",
  title: "An update names another resource group for a Private Link Service",
  severity: "deny",
  celAtMost: "warn",
  reads: `${GROUP}, before and after, the Service's own Private Link Service`,
  needsState: false,
  docs: "The cloud controller looks for it in the new group only, and creates a second one on the same frontend; later it cannot delete the frontend. A warning where it is not known whether there is one.",
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
  title: "An update replaces the frontend of a Private Link Service",
  severity: "deny",
  celAtMost: "warn",
  reads: `${SUBNET}, requested addresses, before and after, the Service's own Private Link Service, ${ALLOW_DISCONNECT}`,
  needsState: false,
  docs: `With another subnet or address the frontend is replaced. The cloud controller deletes its Private Link Service with all connections and creates another one with a new alias; older ones fail. \`${ALLOW_DISCONNECT}: "true"\` on the Service states that this is intended. A warning where it is not known whether there is one.`,
  cel: () =>
    `variables.hadPls && variables.hasPls && variables.isInternal && (${celText(ALLOW_DISCONNECT)} in variables.oldAnnotations ? variables.oldAnnotations[${celText(ALLOW_DISCONNECT)}] : "") != "true" && ((variables.wasInternal && variables.frontendSubnet != variables.oldFrontendSubnet) || ${celAddressChanges("4")})`,
  check: (input) => {
    const { intent, privateLinkServices, old } = input;
    const living = privateLinkServices?.living?.[0];
    if (!intent.pls || !old || !replacesFrontend(input) || !(living ?? old.intent.pls)) return [];
    if (old.annotations[ALLOW_DISCONNECT] === "true") return [];
    const { field, text } = addressChanges(input)[0] ?? { field: SUBNET, text: intent.subnet ?? "" };
    const name = living ? `Private Link Service ${living.name}` : "the Private Link Service";
    const message = `${name} is lost with its frontend, and so are its connections: keep subnet and address, or create a new Service`;
    return [certainIf(living, { field, value: text, message })];
  },
};

export const plsBalancerFull: Rule = {
  id: "pls-balancer-full",
  title: `The load balancer has ${MOST_ON_BALANCER} Private Link Services`,
  severity: "deny",
  reads: `${CREATE}, the Private Link Services on the cluster's load balancers`,
  needsState: true,
  docs: "Azure's limit for a load balancer: it refuses another one and the Service stays pending. A warning in a cluster with several load balancers.",
  check: ({ annotations, intent, old, privateLinkServices = {} }) => {
    if (!intent.pls || privateLinkServices.living || privateLinkServices.onFrontend) return [];
    const full = fullBalancer(privateLinkServices);
    if (!full) return [];
    const message = `load balancer ${full.name} has ${full.privateLinkServices} Private Link Services, and Azure takes no more: withdraw one, or share one by its address`;
    const isCertain =
      privateLinkServices.balancers?.length === 1 && ONLY_BALANCER.test(full.name) && !old?.intent.pls;
    return [certainIf(isCertain, { field: CREATE, value: annotations[CREATE] ?? "", message })];
  },
};

/** One of those that the Service may get, if none of them has room. */
function fullBalancer({ balancers = [] }: MetPrivateLinkServices): BalancerPrivateLinkServices | undefined {
  return balancers.every(({ privateLinkServices }) => privateLinkServices >= MOST_ON_BALANCER)
    ? balancers[0]
    : undefined;
}

/** No more than a warning where Azure's state is not known. */
function certainIf(evidence: unknown, violation: Violation): Violation {
  return evidence ? violation : { ...violation, atMost: "warn" };
}

function changesGroup(input: RuleInput): boolean {
  const { intent, old } = input;
  return old?.intent.pls !== undefined && groupOf(input, old.intent) !== groupOf(input, intent);
}

/** The Service's own that the controller finds: it looks only in the resource group that the annotation names now. */
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
