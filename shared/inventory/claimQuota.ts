/**
 * How many addresses of a subnet a cluster claims without confirmation. A row for each, beside the claims, so that counting them costs one
 * short read. Partition = cluster and subnet; key as in `addresses`. A row that is left over by a crash stops counting when it expires.
 */
import type { Policy } from "../policy.ts";
import type { Ports, Run } from "../ports.ts";
import { removeRows } from "../storage/writeRows.ts";
import { waitForAll } from "../waitForAll.ts";
import type { SubnetRow } from "./model.ts";
import type { Place } from "./places.ts";

/** One address that a cluster claims and that is not confirmed. */
export interface UnconfirmedRow {
  readonly expiresAtUtc: string;
}

/** Places of one subnet that a cluster is about to claim. */
export interface Counted<P extends Place = Place> {
  readonly cluster: string;
  readonly subnet: SubnetRow;
  /** At least one. */
  readonly places: readonly P[];
  readonly expiresAtUtc: string;
  readonly limits: Policy["claims"];
}

export interface Exceeded<P extends Place = Place> {
  readonly counted: Counted<P>;
  /** The most unconfirmed claims of the cluster in the subnet. */
  readonly most: number;
}

/** Requests that this process is deciding: their rows may not be visible yet. */
const deciding = new WeakMap<Ports, Map<string, Set<string>>>();

/**
 * Counts the places while `claim` runs, at the same time. Those of a claim that was refused, by it or by the quota, stop counting.
 * @param claim gives true if the places became the Service's
 * @returns subnets in which the cluster claims too much; the claim is then to be released
 */
export async function countWhile<P extends Place>(
  run: Run,
  all: readonly Counted<P>[],
  claim: () => Promise<boolean>,
): Promise<readonly Exceeded<P>[]> {
  const parts = all.map((counted) => ({
    counted,
    keys: counted.places.map(({ key }) => key),
    others: decidingOf(run, counted),
  }));
  for (const { keys, others } of parts) keys.forEach((key) => others.add(key));
  try {
    const [isTaken, exceeded] = await waitForAll([
      claim(),
      waitForAll(parts.map(({ counted, others }) => count(run, counted, others))),
    ] as const);
    const over = exceeded.flatMap((one) => one ?? []);
    if (over.length > 0 || !isTaken)
      await waitForAll(parts.map(({ counted, keys }) => unmark(run, placeOf(counted), keys)));
    return over;
  } finally {
    for (const { keys, others } of parts) keys.forEach((key) => others.delete(key));
  }
}

async function count<P extends Place>(
  run: Run,
  counted: Counted<P>,
  others: ReadonlySet<string>,
): Promise<Exceeded<P> | undefined> {
  const [known] = await waitForAll([listUnconfirmed(run, counted), mark(run, counted)] as const);
  const most = mostOf(counted);
  const isNew = counted.places.some(({ key }) => !known.has(key));
  return isNew && new Set([...known, ...others]).size > most ? { counted, most } : undefined;
}

function mostOf({ subnet: { usableAddresses }, limits }: Counted): number {
  const share = Math.floor((usableAddresses * limits.unconfirmedPercent) / 100);
  return Math.max(limits.unconfirmedAtLeast, share);
}

function decidingOf({ ports }: Run, counted: Counted): Set<string> {
  const all = deciding.get(ports) ?? new Map<string, Set<string>>();
  deciding.set(ports, all);
  const partition = partitionOf(counted);
  const own = all.get(partition) ?? new Set<string>();
  all.set(partition, own);
  return own;
}

/** Addresses of a cluster in a subnet stop counting: they were confirmed, or came to nothing. */
export function unmark(
  run: Run,
  { cluster, partition }: { readonly cluster: string; readonly partition: string },
  keys: readonly string[],
): Promise<void> {
  return removeRows(
    run.ports.tables.unconfirmed,
    `${cluster} ${partition}`,
    keys.map((key) => ({ key })),
  );
}

async function mark(run: Run, counted: Counted): Promise<void> {
  const { places, expiresAtUtc } = counted;
  const writes = places.map(({ key }) => ({ do: "put", key, value: { expiresAtUtc } }) as const);
  await run.ports.tables.unconfirmed.transact(partitionOf(counted), writes);
}

/** Keys that still count; rows that expired are removed. */
async function listUnconfirmed(run: Run, counted: Counted): Promise<ReadonlySet<string>> {
  const partition = partitionOf(counted);
  const rows = await Array.fromAsync(run.ports.tables.unconfirmed.list(partition));
  const nowUtc = run.now().toISOString();
  const expired = rows.filter(({ value }) => value.expiresAtUtc <= nowUtc);
  if (expired.length > 0) await removeRows(run.ports.tables.unconfirmed, partition, expired);
  return new Set(rows.filter((row) => !expired.includes(row)).map(({ key }) => key));
}

function placeOf({ cluster, places }: Counted): { readonly cluster: string; readonly partition: string } {
  return { cluster, partition: places[0]?.partition ?? "" };
}

function partitionOf(counted: Counted): string {
  const { cluster, partition } = placeOf(counted);
  return `${cluster} ${partition}`;
}
