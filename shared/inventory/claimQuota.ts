/**
 * How many addresses of a subnet a cluster claims without confirmation. A row for each Service and address, beside the claims, so that
 * counting them costs one short read. Partition = cluster and subnet; key = address and Service. A row that is left over by a crash
 * stops counting when it expires.
 */
import type { Policy } from "../policy/policy.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import type { Ports, Run } from "../ports/ports.ts";
import { removeRows } from "../storage/writeRows.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";
import type { SubnetRow } from "./model.ts";
import type { Place } from "./places.ts";

/** An address that a Service claims and that is not confirmed. */
export interface UnconfirmedRow {
  /** As in `addresses`. */
  readonly addressKey: string;
  readonly expiresAtUtc: string;
}

/** Places of one subnet that a Service is about to claim. */
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
  /** The most unconfirmed claims of the cluster in the subnet. */
  readonly most: number;
}

/** Addresses of requests that this process is deciding: their rows may not be visible yet. How many requests each has. */
const deciding = new WeakMap<Ports, Map<string, Map<string, number>>>();

/**
 * Counts the places while `claim` runs, at the same time. What this request added stops counting if the claim is refused, by it or by the
 * quota.
 * @param claim gives true if the places became the Service's
 * @returns subnets in which the cluster claims too much; the claim is then to be taken back
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

/** Each by itself, since a row of an earlier request of the same Service may be there. Gives the keys that are new. */
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

/** Claims of a subnet stop counting: they were confirmed, or came to nothing. */
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

/** Those that still count; rows that expired are removed. */
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
