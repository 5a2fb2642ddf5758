/**
 * Load-balancing rules and probes of deleted Services on a load balancer that other Services use. The
 * controller names both for the uid of their Service, which is the only evidence of the owner. Pure.
 */
import type { Change } from "../changes/plan.ts";
import { baseName, isControllers, nameBase } from "../kubernetes/frontendName.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Frontend, LoadBalancer, Probe, Rule } from "../azure/networkModel.ts";
import { canonicalId, sameId } from "../azure/resourceId.ts";
import type { Quarantined } from "./model.ts";

/** Rules on these frontends, and probes without rules, whose name matches no declared Service. */
export function staleRules(
  declared: readonly Declared[],
  { rules, probes }: LoadBalancer,
  living: readonly Frontend[],
): (Rule | Probe)[] {
  const bases = declared.map(({ uid }) => baseName(uid).toLowerCase());
  const isStale = ({ name }: Rule | Probe) =>
    isControllers(name) && !bases.some((base) => name.toLowerCase().startsWith(base));
  const onLiving = new Set(living.map(({ id }) => canonicalId(id)));
  const stale = rules.filter((rule) => onLiving.has(canonicalId(rule.frontendId)) && isStale(rule));
  return [...stale, ...probes.filter((probe) => !isProbed(rules, probe) && isStale(probe))];
}

function isProbed(rules: readonly Rule[], { id }: Probe): boolean {
  return rules.some(({ probeId }) => probeId !== undefined && sameId(probeId, id));
}

/**
 * One write of the load balancer for one Service: removes its rules, and probes with its name that only these
 * rules use.
 */
export function removeRules(rows: readonly Quarantined[], balancer: LoadBalancer): Change[] {
  const isDue = ({ id }: Rule | Probe) => rows.some(({ resourceId }) => sameId(resourceId, id));
  const due = [...balancer.rules, ...balancer.probes].filter(isDue);
  return [...Map.groupBy(due, ({ name }) => nameBase(name))].flatMap(([base]) =>
    removeOf(base, rows, balancer),
  );
}

function removeOf(base: string, rows: readonly Quarantined[], balancer: LoadBalancer): Change[] {
  const rowOf = ({ id }: Rule | Probe) => rows.find(({ resourceId }) => sameId(resourceId, id));
  const isOwn = (one: Rule | Probe) => nameBase(one.name) === base;
  const gone = balancer.rules.filter((rule) => isOwn(rule) && rowOf(rule));
  const rest = balancer.rules.filter((rule) => !gone.includes(rule));
  const probes = balancer.probes.filter(
    (probe) => isOwn(probe) && !isProbed(rest, probe) && (isProbed(gone, probe) || rowOf(probe)),
  );
  const row = [...gone, ...probes].flatMap((one) => rowOf(one) ?? [])[0];
  if (!row) return [];
  const edits = [
    { path: "properties.loadBalancingRules", remove: gone.map(({ name }) => name) },
    { path: "properties.probes", remove: probes.map(({ name }) => name) },
  ];
  return [
    {
      action: "update",
      capability: "sweep",
      resourceId: balancer.id,
      cluster: row.cluster,
      reason: `orphaned rules in quarantine since ${row.quarantinedAtUtc}: ${row.reason}`,
      evidence: row.evidence,
      edits: edits.filter(({ remove }) => remove.length > 0),
    },
  ];
}
