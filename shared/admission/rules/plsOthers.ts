/** Conflicts of a PLS with existing Private Link Services, and with its connected consumers. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { Consumer, PlsRow } from "../../inventory/model.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { replacesFrontend } from "./plsLiving.ts";

/** Set on a Service, it allows to disconnect its consumers. */
const ALLOW_DISCONNECT = OWN_ANNOTATIONS.allowDisconnect.key;

export const plsNameTaken: Rule = {
  id: "pls-name-taken",
  title: "Private Link Service name already in use",
  severity: "deny",
  reads: `${ANNOTATIONS.plsName.key}, ${ANNOTATIONS.plsResourceGroup.key}, the Private Link Services of the resource group`,
  needsState: true,
  docs: "Another Private Link Service in the resource group has this name. The cloud controller would overwrite it, or fail.",
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
  title: "Own settings for a Private Link Service that another Service owns",
  severity: "deny",
  reads: "azure-pls-* annotations, requested addresses, the Private Link Service on that frontend",
  needsState: true,
  docs: "The cloud controller fails. With only `azure-pls-create`, the Service shares the frontend's existing Private Link Service.",
  check: ({ annotations, intent, privateLinkServices }) => {
    const other = intent.pls && privateLinkServices?.onFrontend;
    const own = Object.keys(annotations).filter(
      (key) => /\/azure-pls-/.test(key) && key !== ANNOTATIONS.plsCreate.key,
    );
    if (!other || own.length === 0) return [];
    return own.map((field) => ({
      field,
      value: annotations[field] ?? "",
      message: `the frontend's Private Link Service ${other.name} belongs to ${ownerOf(other)}: remove this annotation to share it, or use another address`,
    }));
  },
};

export const plsConsumersConnected: Rule = {
  id: "pls-consumers-connected",
  title: "Change deletes a Private Link Service with connected consumers",
  severity: "warn",
  reads: `the Private Link Service's connections, the Service before and after, ${ALLOW_DISCONNECT}`,
  needsState: true,
  docs: `The Private Link Service is deleted with its frontend, and the private endpoints of its consumers cannot be reconnected. To allow this, set \`${ALLOW_DISCONNECT}: "true"\` on the Service first.`,
  check: (input) => {
    const approved = approvedConsumers(input);
    if (approved.length === 0 || !losesFrontend(input) || input.old?.annotations[ALLOW_DISCONNECT] === "true")
      return [];
    const from = [...new Set(approved.map(({ subscription = "unknown" }) => subscription))].join(", ");
    return [
      {
        field: ANNOTATIONS.plsCreate.key,
        value: input.privateLinkServices?.own?.name ?? "",
        message: `Private Link Service ${input.privateLinkServices?.own?.name} is deleted; it has ${approved.length} approved private endpoint ${approved.length === 1 ? "connection" : "connections"} from ${from}`,
      },
    ];
  },
};

function approvedConsumers({ privateLinkServices }: RuleInput): readonly Consumer[] {
  return privateLinkServices?.own?.consumers.filter(({ status }) => status === "Approved") ?? [];
}

/** True if the frontend is deleted: with the Service, by a change of type, between internal and public, of subnet or address. */
function losesFrontend(input: RuleInput): boolean {
  const { old, leaving, intent } = input;
  return leaving === true || (old && old.intent.internal !== intent.internal) || replacesFrontend(input);
}

function ownerOf({ owner }: PlsRow): string {
  return owner === undefined ? "no Service (it has no owner tag)" : `Service ${owner}`;
}
