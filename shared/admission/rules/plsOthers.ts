/** What a PLS meets that is there already: other Private Link Services, and its own consumers. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { Consumer, PlsRow } from "../../inventory/model.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { replacesFrontend } from "./plsLiving.ts";

/** On a Service: its consumers may be disconnected. */
const ALLOW_DISCONNECT = OWN_ANNOTATIONS.allowDisconnect.key;

export const plsNameTaken: Rule = {
  id: "pls-name-taken",
  title: "The name is another Private Link Service's in that resource group",
  severity: "deny",
  reads: `${ANNOTATIONS.plsName.key}, ${ANNOTATIONS.plsResourceGroup.key}, the Private Link Services of the resource group`,
  needsState: true,
  docs: "The cloud controller would take over, or fail on, what belongs to somebody else.",
  check: ({ privateLinkServices }) => {
    const other = privateLinkServices?.named;
    if (!other) return [];
    return [
      {
        field: ANNOTATIONS.plsName.key,
        value: other.name,
        message: `Private Link Service ${other.name} belongs to ${ownerOf(other)}: choose another name`,
      },
    ];
  },
};

export const plsSharedFrontend: Rule = {
  id: "pls-shared-frontend",
  title:
    "The frontend's Private Link Service belongs to another Service and this one brings its own settings",
  severity: "deny",
  reads: "azure-pls-* annotations, requested addresses, the Private Link Service on that frontend",
  needsState: true,
  docs: "The cloud controller fails. With `azure-pls-create` alone the Service shares the Private Link Service as it is.",
  check: ({ annotations, intent, privateLinkServices }) => {
    const other = intent.pls && privateLinkServices?.onFrontend;
    const own = Object.keys(annotations).filter(
      (key) => /\/azure-pls-/.test(key) && key !== ANNOTATIONS.plsCreate.key,
    );
    if (!other || own.length === 0) return [];
    return own.map((field) => ({
      field,
      value: annotations[field] ?? "",
      message: `the frontend's Private Link Service ${other.name} belongs to ${ownerOf(other)}: leave this out to share it, or take another address`,
    }));
  },
};

export const plsConsumersConnected: Rule = {
  id: "pls-consumers-connected",
  title: "Consumers are connected to a Private Link Service that goes",
  severity: "warn",
  reads: `the Private Link Service's connections, the Service before and after, ${ALLOW_DISCONNECT}`,
  needsState: true,
  docs: `The Private Link Service goes with its frontend and its consumers' endpoints are dead for good. \`${ALLOW_DISCONNECT}: "true"\` on the Service says that it is meant.`,
  check: (input) => {
    const approved = approvedConsumers(input);
    if (approved.length === 0 || !losesFrontend(input) || input.old?.annotations[ALLOW_DISCONNECT] === "true")
      return [];
    const from = [...new Set(approved.map(({ subscription = "unknown" }) => subscription))].join(", ");
    return [
      {
        field: ANNOTATIONS.plsCreate.key,
        value: input.privateLinkServices?.own?.name ?? "",
        message: `${approved.length} consumers are connected to ${input.privateLinkServices?.own?.name}, from ${from}: they lose it for good`,
      },
    ];
  },
};

function approvedConsumers({ privateLinkServices }: RuleInput): readonly Consumer[] {
  return privateLinkServices?.own?.consumers.filter(({ status }) => status === "Approved") ?? [];
}

/** Deleted, no load balancer any more, moved to the other kind of load balancer, to another subnet or address. */
function losesFrontend(input: RuleInput): boolean {
  const { old, leaving, intent } = input;
  return leaving === true || (old && old.intent.internal !== intent.internal) || replacesFrontend(input);
}

function ownerOf({ owner }: PlsRow): string {
  return owner === undefined ? "nobody that a controller knows" : `Service ${owner}`;
}
