/** What policy says about one namespace of one cluster. Pure. */
import type { Policy } from "../policy/policy.ts";
import type { Allowed } from "./rule.ts";
import type { Severities } from "./rules.ts";

export interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

/** An override that names the place, the last one first; then the organisation's word; then the rule's own. */
export function severitiesFor({ rules, overrides }: Policy, place: Place): Severities {
  const own = overrides.filter((entry) => isFor(entry, place)).map((entry) => entry.rules);
  const merged = Object.assign({}, rules, ...own) as Policy["rules"];
  return ({ id, severity }) => merged[id] ?? severity;
}

export function allowedFor({ excludedRanges, privateLinkServices, subnets }: Policy, place: Place): Allowed {
  const own = subnets.filter((entry) => isFor(entry, place));
  return {
    excludedRanges,
    ...(privateLinkServices.visibility && { visibility: privateLinkServices.visibility }),
    ...(privateLinkServices.autoApproval && { autoApproval: privateLinkServices.autoApproval }),
    ...(own.length > 0 && {
      subnets: own.flatMap(({ allowed }) => allowed.map((name) => name.toLowerCase())),
    }),
  };
}

/** True if an entry of policy is for the place; one that names no clusters is for all of them, likewise namespaces. */
export function isFor(
  entry: { readonly clusters?: string[] | undefined; readonly namespaces?: string[] | undefined },
  { cluster, namespace }: Place,
): boolean {
  return (entry.clusters?.includes(cluster) ?? true) && (entry.namespaces?.includes(namespace) ?? true);
}
