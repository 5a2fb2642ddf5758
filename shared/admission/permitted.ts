/** The policy for one namespace of one cluster. Pure. */
import { EVERY_RULE, type AdmissionMode } from "../policy/modes.ts";
import type { Policy } from "../policy/policy.ts";
import type { Allowed } from "./rule.ts";
import type { Severities } from "./rules.ts";

export interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

/** The last matching override that sets it, else policy `rules`, else the rule's default. In each, the rule's id comes before `*`. */
export function severitiesFor({ rules, overrides }: Policy, place: Place): Severities {
  const own = overrides.filter((entry) => isFor(entry, place)).map((entry) => entry.rules);
  const latestFirst = [rules, ...own].toReversed();
  return ({ id, severity }) => {
    const every = severity === "off" ? undefined : EVERY_RULE;
    const set = latestFirst.map((one) => one[id] ?? (every && one[every])).find((one) => one !== undefined);
    return set ?? severity;
  };
}

/** The last matching override that sets a mode, else policy `modes.admission`. */
export function admissionModeFor({ modes, overrides }: Policy, place: Place): AdmissionMode {
  const last = overrides.findLast((entry) => entry.modes.admission !== undefined && isFor(entry, place));
  return last?.modes.admission ?? modes.admission;
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

/** True if a policy entry applies to the place. An entry without clusters applies to all clusters; likewise for namespaces. */
export function isFor(
  entry: { readonly clusters?: string[] | undefined; readonly namespaces?: string[] | undefined },
  { cluster, namespace }: Place,
): boolean {
  return (entry.clusters?.includes(cluster) ?? true) && (entry.namespaces?.includes(namespace) ?? true);
}
