/**
 * What clusters confirmed. Partition = cluster; key = `namespace/name`. Rows are ordered by resourceVersion, never by arrival: an older
 * one changes nothing.
 */
import pLimit from "p-limit";
import { NotYet } from "../core/errors.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import type { Feed, Listed } from "./model.ts";
import { isOlder } from "./service.ts";
import type { Change } from "./window.ts";

const AT_ONCE = 8;

export function declarationKey({ namespace, name }: Pick<Declared, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}

export async function listConfirmed(run: Run, cluster: string): Promise<Declared[]> {
  const rows = await Array.fromAsync(run.ports.tables.declarations.list(cluster));
  return rows.map(({ value }) => value);
}

/** `undefined` if the cluster has not confirmed such a Service. */
export async function findConfirmed(run: Run, cluster: string, key: string): Promise<Declared | undefined> {
  return (await run.ports.tables.declarations.get(cluster, key))?.value;
}

export function toConfirmed(run: Run, cluster: string, { declared }: Listed): Declared {
  return { ...declared, cluster, strength: "confirmation", observedAtUtc: run.now().toISOString() };
}

/** What distinguishes two confirmations of a Service, except its version. Pure. */
export function contentOf(
  declared: Pick<Declared, "uid" | "intent" | "deletedAtUtc" | "usesLoadBalancerIp">,
): string {
  const { uid, intent, deletedAtUtc, usesLoadBalancerIp } = declared;
  return JSON.stringify([uid, intent, deletedAtUtc, usesLoadBalancerIp]);
}

/** The same of a row. A list that lacks a Service marks its row as deleted, which the cluster has not reported. Pure. */
export function confirmedContent({ deletedAtUtc, ...rest }: Declared): string {
  const isConfirmed = deletedAtUtc !== undefined && rest.missingSince === undefined;
  return contentOf(isConfirmed ? { ...rest, deletedAtUtc } : rest);
}

interface Applied {
  readonly changes: readonly Change[];
  /** Called with what is confirmed now, before it is written. */
  readonly claim: (declared: readonly Declared[]) => Promise<void>;
  /** What the cluster reported before. */
  readonly feed: Pick<Feed, "seenVersion" | "sequence">;
}

/**
 * Applies the changes of a window, the newest of each Service. Returns those that changed what was confirmed.
 */
export async function applyChanges(
  run: Run,
  cluster: string,
  { changes, ...others }: Applied,
): Promise<readonly Declared[]> {
  const newest = new Map(changes.map((change) => [change.key, change]));
  const limit = pLimit(AT_ONCE);
  const applied = await Promise.allSettled(
    [...newest.values()].map((change) => limit(() => applyChange(run, cluster, { change, ...others }))),
  );
  return applied.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value ?? [];
  });
}

async function applyChange(
  run: Run,
  cluster: string,
  { change, claim, feed }: { readonly change: Change } & Pick<Applied, "claim" | "feed">,
): Promise<Declared | undefined> {
  const row = await run.ports.tables.declarations.get(cluster, change.key);
  if (row && !isOlder(row.value.resourceVersion ?? "", change.resourceVersion)) return undefined;
  if (change.type === "present" && change.listed) {
    const confirmed = toConfirmed(run, cluster, change.listed);
    const value = row ? confirmed : unlessRemoved(confirmed, change, feed);
    await writeRow(run, cluster, { row, value, claim });
    return row && confirmedContent(row.value) === contentOf(value) ? undefined : value;
  }
  // A deletion applies to one uid: a later Service with the same name is another one.
  if (row && (change.type === "present" || row.value.uid === change.uid)) await removeRow(run, cluster, row);
  return undefined;
}

/**
 * A late window may contain a Service that was removed since. Until a list decides, it is protected, and owns
 * nothing: access that depends on it is not granted again.
 */
function unlessRemoved(
  declared: Declared,
  { resourceVersion }: Change,
  { seenVersion, sequence }: Applied["feed"],
): Declared {
  if (seenVersion === undefined || isOlder(seenVersion, resourceVersion)) return declared;
  const { deletedAtUtc = declared.observedAtUtc } = declared;
  return { ...declared, missingSince: sequence, deletedAtUtc };
}

interface Confirmed {
  readonly row: Row<Declared> | undefined;
  readonly value: Declared;
}

async function writeRow(
  run: Run,
  cluster: string,
  { row, value, claim }: Confirmed & Pick<Applied, "claim">,
): Promise<void> {
  if (row && isSameRow(row.value, value)) return;
  await claim([value]);
  const written = await run.ports.tables.declarations.transact(cluster, [writeOf({ row, value })]);
  if (!written.ok) throw changedMeanwhile(cluster);
}

/** True if writing the second one over the first would change nothing but its version. Pure. */
export function isSameRow(known: Declared, value: Declared): boolean {
  return known.missingSince === undefined && contentOf(known) === contentOf(value);
}

/** The sender repeats its post; rows that are up to date are not written again. */
export function changedMeanwhile(cluster: string): NotYet {
  return new NotYet(`declarations of ${cluster} changed while they were written`, 1);
}

export function writeOf({
  row,
  value,
}: {
  readonly row: Pick<Row<Declared>, "version"> | undefined;
  readonly value: Declared;
}): Write<Declared> {
  const key = declarationKey(value);
  return row ? { do: "replace", key, value, version: row.version } : { do: "insert", key, value };
}

async function removeRow(run: Run, cluster: string, { key, version }: Row<Declared>): Promise<void> {
  const written = await run.ports.tables.declarations.transact(cluster, [{ do: "remove", key, version }]);
  if (!written.ok && written.why === "changed") throw changedMeanwhile(cluster);
}
