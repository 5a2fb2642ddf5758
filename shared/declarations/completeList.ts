/**
 * Applies a complete list: Services in it are confirmed, missing ones are marked, and those missing from two
 * lists are removed. Idempotent, so that it can be repeated after a crash.
 */
import { createHash } from "node:crypto";
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Version, Write } from "../ports/table.ts";
import { changedMeanwhile, confirmedContent, declarationKey, toConfirmed, writeOf } from "./confirmed.ts";
import type { Listed, Listing } from "./model.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import { stagedServices } from "./staging.ts";

const BATCH = 100;
const AT_ONCE = 8;

/** The parts of a confirmed row that are compared: a cluster may have 50,000 of them. */
interface Known {
  readonly version: Version;
  readonly digest: string;
  /** Number of the first list without it. */
  readonly missingSince: number | undefined;
  isListed: boolean;
}

export interface Completed {
  readonly services: number;
  readonly changed: number;
  readonly removed: number;
}

export type CompleteListing = Required<Pick<Listing, "id" | "sequence" | "resourceVersion">>;

interface Applying {
  readonly listing: CompleteListing;
  /** Called with everything that is newly confirmed, or confirmed with another content. */
  readonly noted: (declared: Declared) => void;
  /** Called with what is confirmed now, before it is written. */
  readonly claim: (declared: readonly Declared[]) => Promise<void>;
}

export async function applyList(
  run: Run,
  cluster: string,
  { listing, noted, claim }: Applying,
): Promise<Completed> {
  const known = await readKnown(run, cluster);
  let [services, changed] = [0, 0];
  for await (const part of stagedServices(run, cluster, listing)) {
    const news = await confirmPart(run, cluster, {
      part,
      known,
      claim,
    });
    news.forEach(noted);
    services += part.length;
    changed += news.length;
  }
  const removed = await endMissing(run, cluster, { known, listing });
  return { services, changed, removed };
}

async function readKnown(run: Run, cluster: string): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for await (const { key, version, value } of run.ports.tables.declarations.list(cluster))
    known.set(key, {
      version,
      digest: digestOf(value),
      missingSince: value.missingSince,
      isListed: false,
    });
  return known;
}

interface Part {
  readonly part: readonly Listed[];
  readonly known: ReadonlyMap<string, Known>;
  readonly claim: (declared: readonly Declared[]) => Promise<void>;
}

/** Returns what changed. */
async function confirmPart(run: Run, cluster: string, { part, known, claim }: Part): Promise<Declared[]> {
  const changed: { readonly value: Declared; readonly row: Known | undefined }[] = [];
  for (const listed of part) {
    const row = known.get(listed.key);
    if (row) row.isListed = true;
    const value = toConfirmed(run, cluster, listed);
    // The list takes precedence over each row, regardless of the version of the row.
    if (!row || row.missingSince !== undefined || !isSame(row, value)) changed.push({ value, row });
  }
  await claim(changed.map(({ value }) => value));
  await writeAll(run, cluster, changed.map(writeOf));
  return changed.filter(({ row, value }) => !row || row.digest !== digestOf(value)).map(({ value }) => value);
}

function isSame({ digest }: Known, value: Declared): boolean {
  return digest === digestOf(value);
}

/**
 * One list without a Service proves nothing: its row is removed when a later list lacks it too. The same list
 * with a repeated last page does not count, nor does a list of another sender that began earlier.
 */
async function endMissing(
  run: Run,
  cluster: string,
  { known, listing }: { readonly known: ReadonlyMap<string, Known>; readonly listing: CompleteListing },
): Promise<number> {
  const missing = [...known].filter(([, { isListed }]) => !isListed);
  const second = missing.filter(([, { missingSince = Infinity }]) => missingSince < listing.sequence);
  await mapAtMost(AT_ONCE, second, ([key, { version }]) => endRow(run, cluster, { key, version }));
  const first = missing.filter(([, { missingSince }]) => missingSince === undefined).map(([key]) => key);
  for (let at = 0; at < first.length; at += BATCH) {
    const rows = await mapAtMost(AT_ONCE, first.slice(at, at + BATCH), (key) =>
      run.ports.tables.declarations.get(cluster, key),
    );
    await writeAll(
      run,
      cluster,
      rows.flatMap((row) => (row ? [marked(run, row, listing.sequence)] : [])),
    );
  }
  return second.length;
}

function marked(run: Run, { key, version, value }: Row<Declared>, missingSince: number): Write<Declared> {
  const deletedAtUtc = value.deletedAtUtc ?? run.now().toISOString();
  return { do: "replace", key, value: { ...value, missingSince, deletedAtUtc }, version };
}

async function endRow(
  run: Run,
  cluster: string,
  { key, version }: Pick<Row<Declared>, "key" | "version">,
): Promise<void> {
  const written = await run.ports.tables.declarations.transact(cluster, [{ do: "remove", key, version }]);
  if (!written.ok && written.why === "changed") throw changedMeanwhile(cluster);
}

async function writeAll(run: Run, cluster: string, writes: readonly Write<Declared>[]): Promise<void> {
  for (let at = 0; at < writes.length; at += BATCH) {
    const written = await run.ports.tables.declarations.transact(cluster, writes.slice(at, at + BATCH));
    if (!written.ok) throw changedMeanwhile(cluster);
  }
}

function digestOf(value: Declared): string {
  return createHash("sha256")
    .update(`${declarationKey(value)} ${confirmedContent(value)}`)
    .digest("base64");
}
