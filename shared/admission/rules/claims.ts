/** The rules that claims decide: they alone see the row at the moment of claiming it (`claims.ts` of admission). */
import type { Rule } from "../rule.ts";
import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { FRONTEND, PLS, type Target } from "./requested.ts";

const REPLACES = OWN_ANNOTATIONS.replaces.key;
const decidedByClaims = () => [];

const addressInUse = ({ idPrefix, noun }: Target): Rule => ({
  id: `${idPrefix}address-in-use`,
  title: `Azure has given the ${noun} to another resource`,
  severity: "deny",
  reads: "requested addresses, the address inventory",
  needsState: true,
  docs: "Internal frontends of the same cluster are not another resource for a frontend: that is how Services share one.",
  check: decidedByClaims,
});

const addressClaimed = ({ idPrefix, noun }: Target): Rule => ({
  id: `${idPrefix}address-claimed`,
  title: `Another Service declares the ${noun}`,
  severity: "deny",
  reads: "requested addresses, claims of every cluster in the virtual network",
  needsState: true,
  docs: `A claim that the cluster confirmed lasts until a later list shows that the Service does not declare it any more. \`${REPLACES}\` announces a planned move.`,
  check: decidedByClaims,
});

const addressHandover = ({ idPrefix, noun }: Target): Rule => ({
  id: `${idPrefix}address-handover`,
  title: `The ${noun} is taken over from another Service`,
  severity: "warn",
  reads: `requested addresses, claims, ${REPLACES}`,
  needsState: true,
  docs: "The other Service is being deleted, or the Service names it as the one that it replaces. The controller retries until Azure frees the address.",
  check: decidedByClaims,
});

const plsNameClaimed: Rule = {
  id: "pls-name-claimed",
  title: "Another Service declares the name in that resource group",
  severity: "deny",
  reads: `${ANNOTATIONS.plsName.key}, ${ANNOTATIONS.plsResourceGroup.key}, claims of every cluster`,
  needsState: true,
  docs: "Of two Private Link Services with one name the second one takes the first one's place, and its consumers are lost.",
  check: decidedByClaims,
};

const plsNameHandover: Rule = {
  id: "pls-name-handover",
  title: "The name of a Private Link Service is taken over from another Service",
  severity: "warn",
  reads: `${ANNOTATIONS.plsName.key}, claims, ${REPLACES}`,
  needsState: true,
  docs: "The other Service is being deleted, or the Service names it as the one that it replaces. Consumers have to connect again.",
  check: decidedByClaims,
};

export const addressPortConflict: Rule = {
  id: "address-port-conflict",
  title: "A shared frontend already has this protocol and port",
  severity: "deny",
  reads: "requested addresses, spec.ports, rules of the frontend and claims of the same cluster",
  needsState: true,
  docs: "Services of one cluster share an address on different ports; Azure refuses the same port twice.",
  check: decidedByClaims,
};

export const claimQuota: Rule = {
  id: "address-claim-quota",
  title: "The cluster claims too many addresses of the subnet that it has not confirmed",
  severity: "deny",
  reads: "unconfirmed claims of the cluster, policy `claims`",
  needsState: true,
  docs: "A cluster confirms its Services within seconds, so that only a runaway client or a stolen token meets the quota.",
  check: decidedByClaims,
};

/** Who may have a requested place, and how it is reported. */
export interface ClaimedRules {
  /** Azure shows another resource. */
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
