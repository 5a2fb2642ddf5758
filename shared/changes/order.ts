/**
 * Order of the last write of a resource and a confirmation of the cluster, by causality instead of clocks of
 * hosts. When a version of a resource is first seen, the newest number issued to its cluster is recorded.
 * Only a confirmation under a later number is newer than that version. Partition = cluster; key = canonical
 * resource id.
 */
import { newestSequence, requestList } from "../declarations/feed.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { Change } from "./plan.ts";
import type { Resource } from "../ports/resources.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly observations: Table<Observation>;
  }
}

export interface Observation {
  readonly version: string;
  /** Newest number issued to the cluster when this version was first seen. */
  readonly sequence: number;
  readonly atUtc: string;
}

/**
 * True if the declaration of the change was confirmed after the last write of each resource: for a private
 * endpoint connection these are the connection and its Private Link Service. Must be called after they were
 * read: a new version is recorded, and is not confirmed yet. If it is not confirmed, requests a list from the
 * cluster.
 */
export async function isConfirmedSince(
  run: Run,
  { cluster, confirmedSequence = 0 }: Pick<Change, "cluster" | "confirmedSequence">,
  resources: readonly Versioned[],
): Promise<boolean> {
  const observed = await waitForAll(resources.map((one) => observe(run, cluster, one)));
  const newer = observed.filter(({ isFirst, sequence }) => isFirst || confirmedSequence <= sequence);
  if (newer.length === 0) return true;
  await requestList(run, cluster, Math.max(...newer.map(({ sequence }) => sequence)));
  return false;
}

type Versioned = Pick<Resource, "id" | "version">;

/** The number issued last when this version was first seen, and whether this call is the first one. */
async function observe(
  run: Run,
  cluster: string,
  { id, version }: Versioned,
): Promise<{ readonly isFirst: boolean; readonly sequence: number }> {
  const { observations } = run.ports.tables;
  const key = canonicalId(id);
  const seen = (await observations.get(cluster, key))?.value;
  if (seen?.version === version) return { isFirst: false, sequence: seen.sequence };
  const sequence = await newestSequence(run, cluster);
  const value = { version, sequence, atUtc: run.now().toISOString() };
  await observations.transact(cluster, [{ do: "put", key, value }]);
  return { isFirst: true, sequence };
}
