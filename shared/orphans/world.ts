/** What the orphan classifier sees: gathered once, pure data. */
import type { Cluster } from "../clusters/model.ts";
import type { Declared, Snapshot } from "../intents/model.ts";
import type { Hold } from "./model.ts";
import type { Link, LoadBalancer } from "../network/model.ts";

export interface ClusterView {
  readonly cluster: Cluster;
  /** What ARM says of the managed cluster; `unknown` when it could not be read. */
  readonly state: "present" | "gone" | "unknown";
  /** The last complete list, if there ever was one. */
  readonly snapshot?: Snapshot;
  readonly declared: readonly Declared[];
}

export interface World {
  readonly clusters: readonly ClusterView[];
  readonly balancers: readonly LoadBalancer[];
  readonly links: readonly Link[];
  /** What people keep. */
  readonly holds: readonly Hold[];
  readonly nowUtc: string;
  /** Snapshots before this time prove nothing. */
  readonly freshSinceUtc: string;
}

/** A cluster that ARM does not know but that still speaks is registered under a wrong id, not gone. */
export function isHeardOf({ state, snapshot, declared }: ClusterView, sinceUtc: string): boolean {
  if (state !== "gone") return false;
  return [snapshot?.takenAtUtc, ...declared.map(({ observedAtUtc }) => observedAtUtc)].some(
    (atUtc) => atUtc !== undefined && atUtc > sinceUtc,
  );
}
