/** Reads and writes what is known of a cluster's reports. Partition `all`; key = cluster. */
import { NotYet } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Version } from "../ports/table.ts";
import type { Feed } from "./model.ts";

const PARTITION = "all";

/** A feed as it was read; writing it names the version, so that two hosts never issue one number twice. */
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

/** Number of the newest query that was issued to the cluster: what is read from Azure before this call is older than all later ones. */
export async function newestSequence(run: Run, cluster: string): Promise<number> {
  return (await readFeed(run, cluster))?.sequence ?? 0;
}

/** Partition of what waits for a cluster: a row beside its feed, so that asking for a list never delays a report. */
const WANTED = "wanted";

/** Asks for a complete list at the cluster's next report: what is judged is newer than what the cluster confirmed under `sequence`. */
export async function requestList(run: Run, cluster: string, sequence: number): Promise<void> {
  await run.ports.tables.feeds.transact(WANTED, [{ do: "put", key: cluster, value: { cluster, sequence } }]);
}

/** True if a list was requested since the cluster confirmed something last. */
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
