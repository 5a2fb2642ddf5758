/** Changes the admission mode in a policy. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { AdmissionMode } from "./modes.ts";
import type { Policy } from "./policy.ts";

export interface ModeChange {
  readonly mode: AdmissionMode;
  /** Absent or empty: all clusters; likewise for namespaces. */
  readonly clusters?: readonly string[] | undefined;
  readonly namespaces?: readonly string[] | undefined;
}

type Override = Policy["overrides"][number];

/**
 * For some clusters or namespaces the new entry comes last in `overrides`, so that it decides; it replaces an entry that sets only the mode of
 * the same place. For all, `modes.admission` changes, and entries of `overrides` still decide for their places.
 */
export function withAdmissionMode(
  policy: Policy,
  { mode, clusters = [], namespaces = [] }: ModeChange,
): Policy {
  if (clusters.length === 0 && namespaces.length === 0)
    return { ...policy, modes: { ...policy.modes, admission: mode } };
  const place = {
    ...(clusters.length > 0 && { clusters: [...clusters] }),
    ...(namespaces.length > 0 && { namespaces: [...namespaces] }),
  };
  const others = policy.overrides.filter((entry) => !setsOnlyModeOf(entry, place));
  return { ...policy, overrides: [...others, { ...place, rules: {}, modes: { admission: mode } }] };
}

function setsOnlyModeOf(
  { rules, clusters, namespaces }: Override,
  same: Pick<Override, "clusters" | "namespaces">,
) {
  return (
    Object.keys(rules).length === 0 &&
    isDeepStrictEqual([clusters, namespaces], [same.clusters, same.namespaces])
  );
}
