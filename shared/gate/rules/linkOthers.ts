/** What a link meets that is there already: other links, and its own consumers. */
import { ANNOTATIONS } from "../../annotations/keys.ts";
import { OWN_ANNOTATIONS } from "../../annotations/own.ts";
import type { Consumer, LinkRow } from "../../inventory/model.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { replacesFrontend } from "./linkLiving.ts";

/** On a Service: its consumers may be disconnected. */
const ALLOW_DISCONNECT = OWN_ANNOTATIONS.allowDisconnect.key;

export const plsNameTaken: Rule = {
  id: "pls-name-taken",
  title: "The name is another link's in that resource group",
  severity: "deny",
  reads: `${ANNOTATIONS.linkName.key}, ${ANNOTATIONS.linkResourceGroup.key}, the links of the resource group`,
  needsState: true,
  docs: "The cloud controller would take over, or fail on, what belongs to somebody else.",
  check: ({ links }) => {
    const other = links?.named;
    if (!other) return [];
    return [
      {
        field: ANNOTATIONS.linkName.key,
        value: other.name,
        message: `link ${other.name} belongs to ${ownerOf(other)}: choose another name`,
      },
    ];
  },
};

export const plsSharedFrontend: Rule = {
  id: "pls-shared-frontend",
  title: "The frontend's link belongs to another Service and this one brings its own settings",
  severity: "deny",
  reads: "azure-pls-* annotations, requested addresses, the link on that frontend",
  needsState: true,
  docs: "The cloud controller fails. With `azure-pls-create` alone the Service shares the link as it is.",
  check: ({ annotations, intent, links }) => {
    const other = intent.link && links?.onFrontend;
    const own = Object.keys(annotations).filter(
      (key) => /\/azure-pls-/.test(key) && key !== ANNOTATIONS.linkCreate.key,
    );
    if (!other || own.length === 0) return [];
    return own.map((field) => ({
      field,
      value: annotations[field] ?? "",
      message: `the frontend's link ${other.name} belongs to ${ownerOf(other)}: leave this out to share it, or take another address`,
    }));
  },
};

export const plsConsumersConnected: Rule = {
  id: "pls-consumers-connected",
  title: "Consumers are connected to a link that goes",
  severity: "warn",
  reads: `the link's connections, the Service before and after, ${ALLOW_DISCONNECT}`,
  needsState: true,
  docs: `The link goes with its frontend and its consumers' endpoints are dead for good. \`${ALLOW_DISCONNECT}: "true"\` on the Service says that it is meant.`,
  check: (input) => {
    const approved = approvedConsumers(input);
    if (approved.length === 0 || !losesFrontend(input) || input.old?.annotations[ALLOW_DISCONNECT] === "true")
      return [];
    const from = [...new Set(approved.map(({ subscription = "unknown" }) => subscription))].join(", ");
    return [
      {
        field: ANNOTATIONS.linkCreate.key,
        value: input.links?.own?.name ?? "",
        message: `${approved.length} consumers are connected to ${input.links?.own?.name}, from ${from}: they lose it for good`,
      },
    ];
  },
};

function approvedConsumers({ links }: RuleInput): readonly Consumer[] {
  return links?.own?.consumers.filter(({ status }) => status === "Approved") ?? [];
}

/** Deleted, no load balancer any more, moved to the other kind of load balancer, to another subnet or address. */
function losesFrontend(input: RuleInput): boolean {
  const { old, leaving, intent } = input;
  return leaving === true || (old && old.intent.internal !== intent.internal) || replacesFrontend(input);
}

function ownerOf({ owner }: LinkRow): string {
  return owner === undefined ? "nobody that a controller knows" : `Service ${owner}`;
}
