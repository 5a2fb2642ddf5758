/** Input of the orphan classifier: gathered once, pure data. */
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Feed } from "../declarations/model.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Hold } from "./model.ts";
import type { PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";

export interface ClusterView {
  readonly cluster: Cluster;
  /**
   * State of the managed cluster in ARM; `unknown` if it could not be read, or if the data is contradictory.
   */
  readonly state: "present" | "gone" | "unknown";
  /** Why the state is unknown. */
  readonly doubt?: string;
  /** The cluster's feed, if it ever reported. Read after Azure, and before `declared`. */
  readonly feed?: Feed;
  /** Time of the newest proposal that has not ended. */
  readonly admittedAtUtc?: string;
  /** Last write of a load balancer or PLS of a deleted cluster by a caller other than Mooring; not read for other clusters. */
  readonly writtenAtUtc?: string;
  /** Confirmed declarations, and later proposals of admission. */
  readonly declared: readonly Declared[];
}

export interface World {
  readonly clusters: readonly ClusterView[];
  readonly balancers: readonly LoadBalancer[];
  readonly privateLinkServices: readonly PrivateLinkService[];
  /** Subscriptions whose lists could not be read, with the error; none of their resources is classified. */
  readonly unreadable: ReadonlyMap<string, unknown>;
  /** Holds of operators. */
  readonly holds: readonly Hold[];
  readonly nowUtc: string;
  /** Confirmations before this time are stale. */
  readonly freshSinceUtc: string;
}

/** When the cluster last wrote to Azure or Mooring last received something from it; `undefined` if it never did. Pure. */
export function lastHeardUtc({
  feed,
  declared,
  admittedAtUtc,
  writtenAtUtc,
}: ClusterView): string | undefined {
  const proposals = declared.filter(({ strength }) => strength === "proposal");
  const proposed = proposals.map(({ observedAtUtc }) => observedAtUtc);
  return [feed?.heardAtUtc, feed?.admittedAtUtc, admittedAtUtc, writtenAtUtc, ...proposed]
    .filter((one) => one !== undefined)
    .toSorted()
    .at(-1);
}

/**
 * A cluster that does not exist in ARM but still reports is registered with a wrong id, not deleted. Pure.
 */
export function isHeardOf(view: ClusterView, sinceUtc: string): boolean {
  return view.state === "gone" && (lastHeardUtc(view) ?? "") > sinceUtc;
}
