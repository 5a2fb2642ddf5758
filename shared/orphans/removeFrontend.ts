/** Taking a frontend out of a load balancer that lives, with what was there for it alone. Pure. */
import type { Change, ListEdit } from "../changes/plan.ts";
import { isListEdit } from "../changes/plan.ts";
import type { LoadBalancer, Rule } from "../azure/networkModel.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Quarantined } from "./model.ts";

const FRONTENDS = "properties.frontendIPConfigurations";

/** One write of the load balancer: rules, probes and pools that only this frontend used go with it. */
export function removeFrontend(row: Quarantined, balancer: LoadBalancer): Change {
  const gone = balancer.rules.filter(({ frontendId }) => sameId(frontendId, row.resourceId));
  const rest = balancer.rules.filter((rule) => !gone.includes(rule));
  const unused = (idsOf: (rule: Rule) => readonly string[], all: readonly { id: string; name: string }[]) =>
    all.filter(({ id }) => uses(gone, id, idsOf) && !uses(rest, id, idsOf)).map(({ name }) => name);
  // Machines in a pool are somebody's, whoever routes to them.
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

/** In the order in which they decide what a change takes away: the rest goes with it. */
const DECIDING = ["frontendIPConfigurations", "loadBalancingRules", "probes"] as const;

/** Which list of its load balancer decides what a change takes away; `undefined` if it takes away none of these. */
export function decidingList(change: Change & { action: "update" }): (typeof DECIDING)[number] | undefined {
  const paths = change.edits.filter(isListEdit).flatMap(({ path, remove }) => (remove ? [path] : []));
  return DECIDING.find((list) => paths.includes(`properties.${list}`));
}

/** Ids of what a change of a sweep takes away. */
export function removedBy(change: Change): string[] {
  if (change.action !== "update") return [change.resourceId];
  const list = decidingList(change);
  return change.edits
    .filter(isListEdit)
    .filter(({ path }) => path === `properties.${list}`)
    .flatMap(({ remove = [] }) => remove.map((name) => `${change.resourceId}/${list}/${name}`));
}
