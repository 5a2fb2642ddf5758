/**
 * Removes a frontend from a load balancer that is in use, with rules, probes and pools that only it uses.
 * Pure.
 */
import type { Change, ListEdit } from "../changes/plan.ts";
import { isListEdit } from "../changes/plan.ts";
import type { LoadBalancer, Rule } from "../azure/networkModel.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Quarantined } from "./model.ts";

const FRONTENDS = "properties.frontendIPConfigurations";

/** One write of the load balancer: also removes rules, probes and pools that only this frontend uses. */
export function removeFrontend(row: Quarantined, balancer: LoadBalancer): Change {
  const gone = balancer.rules.filter(({ frontendId }) => sameId(frontendId, row.resourceId));
  const rest = balancer.rules.filter((rule) => !gone.includes(rule));
  const unused = (idsOf: (rule: Rule) => readonly string[], all: readonly { id: string; name: string }[]) =>
    all.filter(({ id }) => uses(gone, id, idsOf) && !uses(rest, id, idsOf)).map(({ name }) => name);
  // A pool with members is kept: its machines may be used by others.
  const emptyPools = balancer.pools.filter(({ members }) => members === 0);
  const edits: readonly Required<Pick<ListEdit, "path" | "remove">>[] = [
    { path: "properties.loadBalancingRules", remove: gone.map(({ name }) => name) },
    {
      path: "properties.probes",
      remove: unused(({ probeId }) => (probeId ? [probeId] : []), balancer.probes),
    },
    { path: FRONTENDS, remove: [parseResourceId(row.resourceId)?.name ?? ""] },
    { path: "properties.backendAddressPools", remove: unused(({ poolIds }) => poolIds, emptyPools) },
  ];
  return {
    action: "update",
    capability: "sweep",
    resourceId: balancer.id,
    cluster: row.cluster,
    reason: `orphaned frontend in quarantine since ${row.quarantinedAtUtc}: ${row.reason}`,
    evidence: row.evidence,
    edits: edits.filter(({ remove }) => remove.length > 0),
  };
}

function uses(rules: readonly Rule[], id: string, idsOf: (rule: Rule) => readonly string[]): boolean {
  return rules.some((rule) => idsOf(rule).some((one) => sameId(one, id)));
}

/** In order of precedence: the first list with a removal determines the kind of the change. */
const DECIDING = ["frontendIPConfigurations", "loadBalancingRules", "probes"] as const;

/** The list of the load balancer from which a change removes items; `undefined` if none of these. */
export function decidingList(change: Change & { action: "update" }): (typeof DECIDING)[number] | undefined {
  const paths = change.edits.filter(isListEdit).flatMap(({ path, remove }) => (remove ? [path] : []));
  return DECIDING.find((list) => paths.includes(`properties.${list}`));
}

/** Ids of the resources that a change of a sweep removes. */
export function removedBy(change: Change): string[] {
  if (change.action !== "update") return [change.resourceId];
  const list = decidingList(change);
  return change.edits
    .filter(isListEdit)
    .filter(({ path }) => path === `properties.${list}`)
    .flatMap(({ remove = [] }) => remove.map((name) => `${change.resourceId}/${list}/${name}`));
}
