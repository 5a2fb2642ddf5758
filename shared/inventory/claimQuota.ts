/**
 * Number of addresses in a subnet that a cluster claims without confirmation. Has a row for each Service and
 * address in addition to the claims, so that counting needs one short read. Partition = cluster and subnet;
 * key = address and Service. A row that a crash left behind stops counting when it expires.
 */
import type { Policy } from "../policy/policy.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import type { Ports, Run } from "../ports/ports.ts";
import { removeRows } from "../storage/writeRows.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";
import type { SubnetRow } from "./model.ts";
import type { Place } from "./places.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly unconfirmed: Table<UnconfirmedRow>;
  }
}

/** An address that a Service claims and that is not confirmed. */
export interface UnconfirmedRow {
  /** As in `addresses`. */
  readonly addressKey: string;
  readonly expiresAtUtc: string;
}

/** Addresses of one subnet that a Service is about to claim. */
export interface Counted<P extends Place = Place> {
  readonly owner: ServiceKey;
  readonly subnet: SubnetRow;
  /** At least one. */
  readonly places: readonly P[];
  readonly expiresAtUtc: string;
  readonly limits: Policy["claims"];
}

export interface Exceeded<P extends Place = Place> {
  readonly counted: Counted<P>;
  /** Maximum number of unconfirmed claims of the cluster in the subnet. */
  readonly most: number;
}

/**
 * Addresses of requests that this process is deciding, whose rows may not be visible yet, with the number of
 * requests.
 */
const deciding = new WeakMap<Ports, Map<string, Map<string, number>>>();

/**
 * Counts the addresses concurrently with `claim`. Rows of this request are removed if the claim or the quota
 * is refused. @param claim returns true if the Service has the addresses @returns subnets in which the quota
 * is exceeded; the caller must then release the claim
 */
export async function countWhile<P extends Place>(
  run: Run,
  all: readonly Counted<P>[],
  claim: () => Promise<boolean>,
): Promise<readonly Exceeded<P>[]> {
  for (const counted of all) decide(run, counted, 1);
  try {
    const [isTaken, counts] = await waitForAll([
      claim(),
      waitForAll(all.map((counted) => count(run, counted))),
    ] as const);
    const over = counts.flatMap(({ exceeded }) => exceeded ?? []);
    if (over.length > 0 || !isTaken)
      await waitForAll(counts.map(({ counted, added }) => removeMarks(run, partitionOf(counted), added)));
    return over;
  } finally {
    for (const counted of all) decide(run, counted, -1);
  }
}

interface Count<P extends Place> {
  readonly counted: Counted<P>;
  /** Keys of the rows that this request inserted. */
  readonly added: readonly string[];
  readonly exceeded?: Exceeded<P>;
}

async function count<P extends Place>(run: Run, counted: Counted<P>): Promise<Count<P>> {
  const [rows, added] = await waitForAll([listMarks(run, counted), mark(run, counted)] as const);
  const own = new Set(counted.places.map(({ key }) => markKey(key, counted.owner)));
  const others = new Set(rows.flatMap(({ key, value }) => (own.has(key) ? [] : [value.addressKey])));
  const isNew = added.length > 0 && counted.places.some(({ key }) => !others.has(key));
  const most = mostOf(counted);
  const addresses = new Set([...others, ...decidingOf(run, counted).keys()]);
  return { counted, added, ...(isNew && addresses.size > most && { exceeded: { counted, most } }) };
}

function mostOf({ subnet: { usableAddresses }, limits }: Counted): number {
  const share = Math.floor((usableAddresses * limits.unconfirmedPercent) / 100);
  return Math.max(limits.unconfirmedAtLeast, share);
}

function decidingOf({ ports }: Run, counted: Counted): Map<string, number> {
  const all = deciding.get(ports) ?? new Map<string, Map<string, number>>();
  deciding.set(ports, all);
  const partition = partitionOf(counted);
  const own = all.get(partition) ?? new Map<string, number>();
  all.set(partition, own);
  return own;
}

function decide(run: Run, counted: Counted, change: 1 | -1): void {
  const requests = decidingOf(run, counted);
  for (const { key } of counted.places) {
    const left = (requests.get(key) ?? 0) + change;
    if (left > 0) requests.set(key, left);
    else requests.delete(key);
  }
}

/** One write each, because rows of an earlier request of the same Service may exist. Returns the new keys. */
async function mark(run: Run, counted: Counted): Promise<readonly string[]> {
  const { owner, places, expiresAtUtc } = counted;
  const added = await waitForAll(
    places.map(async (place) => {
      const key = markKey(place.key, owner);
      const value = { addressKey: place.key, expiresAtUtc };
      const written = await run.ports.tables.unconfirmed.transact(partitionOf(counted), [
        { do: "insert", key, value },
      ]);
      return written.ok ? [key] : [];
    }),
  );
  return added.flat();
}

/** Stops counting claims of a subnet that were confirmed or dropped. */
export async function unmark(
  run: Run,
  partition: string,
  claims: readonly { readonly key: string; readonly owner: ServiceKey }[],
): Promise<void> {
  const byCluster = Map.groupBy(claims, ({ owner }) => owner.cluster);
  await mapAtMost(AT_ONCE, [...byCluster], ([cluster, own]) =>
    removeMarks(
      run,
      `${cluster} ${partition}`,
      own.map(({ key, owner }) => markKey(key, owner)),
    ),
  );
}

const AT_ONCE = 4;

function removeMarks(run: Run, partition: string, keys: readonly string[]): Promise<void> {
  const rows = [...new Set(keys)].map((key) => ({ key }));
  return removeRows(run.ports.tables.unconfirmed, partition, rows);
}

/** Rows that still count; expired ones are removed. */
async function listMarks(run: Run, counted: Counted) {
  const partition = partitionOf(counted);
  const rows = await Array.fromAsync(run.ports.tables.unconfirmed.list(partition));
  const nowUtc = run.now().toISOString();
  const expired = rows.filter(({ value }) => value.expiresAtUtc <= nowUtc);
  if (expired.length > 0) await removeRows(run.ports.tables.unconfirmed, partition, expired);
  return rows.filter((row) => !expired.includes(row));
}

function markKey(addressKey: string, { namespace, name }: ServiceKey): string {
  return `${addressKey} ${namespace}/${name}`;
}

function partitionOf({ owner, places }: Counted): string {
  return `${owner.cluster} ${places[0]?.partition ?? ""}`;
}
