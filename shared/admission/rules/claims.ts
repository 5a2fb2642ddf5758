/** Rules that `claims.ts` of admission decides: only claiming the row shows atomically whether it is free. */
import type { Rule } from "../rule.ts";
import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { FRONTEND, PLS, type Target } from "./requested.ts";

const REPLACES = OWN_ANNOTATIONS.replaces.key;
const decidedByClaims = () => [];

const addressInUse = ({ idPrefix, title }: Target): Rule => ({
  id: `${idPrefix}address-in-use`,
  title: `${title} in use by another Azure resource`,
  severity: "deny",
  reads: "requested addresses, the address inventory",
  needsState: true,
  docs: "Internal frontends of the same cluster do not count: Services of a cluster can share a frontend.",
  check: decidedByClaims,
});

const addressClaimed = ({ idPrefix, title }: Target): Rule => ({
  id: `${idPrefix}address-claimed`,
  title: `${title} declared by another Service`,
  severity: "deny",
  reads: "requested addresses, claims of every cluster in the virtual network",
  needsState: true,
  docs: `A confirmed claim lasts until a later list of the cluster shows that the Service no longer declares the address. To announce a planned move, set \`${REPLACES}\`.`,
  check: decidedByClaims,
});

const addressHandover = ({ idPrefix, title }: Target): Rule => ({
  id: `${idPrefix}address-handover`,
  title: `${title} handed over from another Service`,
  severity: "warn",
  reads: `requested addresses, claims, ${REPLACES}`,
  needsState: true,
  docs: "The other Service is being deleted, or this Service states that it replaces it. The cloud controller retries until Azure releases the address.",
  check: decidedByClaims,
});

const plsNameClaimed: Rule = {
  id: "pls-name-claimed",
  title: "Private Link Service name declared by another Service",
  severity: "deny",
  reads: `${ANNOTATIONS.plsName.key}, ${ANNOTATIONS.plsResourceGroup.key}, claims of every cluster`,
  needsState: true,
  docs: "A second Private Link Service with the same name in the resource group replaces the first, and the first loses its consumers.",
  check: decidedByClaims,
};

const plsNameHandover: Rule = {
  id: "pls-name-handover",
  title: "Private Link Service name handed over from another Service",
  severity: "warn",
  reads: `${ANNOTATIONS.plsName.key}, claims, ${REPLACES}`,
  needsState: true,
  docs: "The other Service is being deleted, or this Service states that it replaces it. Consumers have to connect again.",
  check: decidedByClaims,
};

export const addressPortConflict: Rule = {
  id: "address-port-conflict",
  title: "Port conflict on a shared frontend",
  severity: "deny",
  reads: "requested addresses, spec.ports, rules of the frontend and claims of the same cluster",
  needsState: true,
  docs: "Services of one cluster can share an address on different ports. Azure rejects the same protocol and port twice.",
  check: decidedByClaims,
};

export const claimQuota: Rule = {
  id: "address-claim-quota",
  title: "Too many unconfirmed address claims in the subnet",
  severity: "deny",
  reads: "unconfirmed claims of the cluster, policy `claims`",
  needsState: true,
  docs: "A cluster confirms its Services within seconds, so that only a runaway client or a stolen token reaches this quota.",
  check: decidedByClaims,
};

/** The rules that report a conflict on a requested address or name. */
export interface ClaimedRules {
  /** Azure assigns it to another resource. */
  readonly held: Rule;
  readonly claimed: Rule;
  readonly handover: Rule;
}

export const CLAIMED: Readonly<Record<"frontend" | "pls" | "plsName", ClaimedRules>> = {
  frontend: rulesOf(FRONTEND),
  pls: rulesOf(PLS),
  plsName: { held: plsNameClaimed, claimed: plsNameClaimed, handover: plsNameHandover },
};

function rulesOf(target: Target): ClaimedRules {
  return { held: addressInUse(target), claimed: addressClaimed(target), handover: addressHandover(target) };
}
