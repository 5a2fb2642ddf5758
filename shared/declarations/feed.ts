/** Reads and writes the feed of a cluster: the state of its reports. Partition `all`; key = cluster. */
import { NotYet } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Version } from "../ports/table.ts";
import type { Feed } from "./model.ts";

const PARTITION = "all";

/** A feed as it was read; writing it requires its version, so that two hosts never issue the same number. */
export interface FeedRow {
  readonly feed: Feed;
  /** Absent: there is no row yet. */
  readonly version?: Version;
}

export async function readFeedRow(run: Run, cluster: string): Promise<FeedRow> {
  const row = await run.ports.tables.feeds.get(PARTITION, cluster);
  return row ? { feed: row.value, version: row.version } : { feed: { cluster, sequence: 0 } };
}

/** `undefined` if the cluster never reported anything. */
export async function readFeed(run: Run, cluster: string): Promise<Feed | undefined> {
  return (await run.ports.tables.feeds.get(PARTITION, cluster))?.value;
}

/** Of all clusters that ever reported. */
export async function listFeeds({ ports }: Run): Promise<Feed[]> {
  const rows = await Array.fromAsync(ports.tables.feeds.list(PARTITION));
  return rows.map(({ value }) => value);
}

/**
 * Number of the newest query that was issued to the cluster: everything read from Azure before this call is
 * older than later queries.
 */
export async function newestSequence(run: Run, cluster: string): Promise<number> {
  return (await readFeed(run, cluster))?.sequence ?? 0;
}

/** Partition of requests for lists: separate from the feed, so that a request never delays a report. */
const WANTED = "wanted";

/**
 * Requests a complete list with the cluster's next report, because a decision needs a confirmation that is
 * newer than `sequence`. A request for a newer one stays.
 */
export async function requestList(run: Run, cluster: string, sequence: number): Promise<void> {
  const { feeds } = run.ports.tables;
  const row = await feeds.get(WANTED, cluster);
  if (row && row.value.sequence >= sequence) return;
  const value = { cluster, sequence };
  const { ok } = await feeds.transact(WANTED, [
    row
      ? { do: "replace", key: cluster, value, version: row.version }
      : { do: "insert", key: cluster, value },
  ]);
  // Another request was written meanwhile.
  if (!ok) await requestList(run, cluster, sequence);
}

/** True if a list was requested after the last confirmation of the cluster. */
export async function isListRequested(run: Run, { cluster, confirmed }: Feed): Promise<boolean> {
  const row = await run.ports.tables.feeds.get(WANTED, cluster);
  return row !== undefined && row.value.sequence >= (confirmed?.sequence ?? 0);
}

/** @throws NotYet if another request changed the feed meanwhile: the sender repeats its post */
export async function writeFeed(run: Run, { version }: FeedRow, feed: Feed): Promise<void> {
  const key = feed.cluster;
  const written = await run.ports.tables.feeds.transact(PARTITION, [
    version === undefined ? { do: "insert", key, value: feed } : { do: "replace", key, value: feed, version },
  ]);
  if (!written.ok) throw new NotYet(`cluster ${key} reported twice at the same time`, 1);
}
