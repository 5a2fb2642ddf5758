/**
 * Records confirmed declarations as claims, before the declarations are written: after a crash in between,
 * the report is sent again. Never refuses or removes claims of other Services: both Services exist.
 */
import type { Cluster } from "../declarations/clusterModel.ts";
import { InvalidInput, NotYet } from "../core/errors.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import type { ConfirmClaims } from "../declarations/step.ts";
import { isSameProposal, proposalsOf, type Release } from "../declarations/proposals.ts";
import { unmark } from "./claimQuota.ts";
import { withConfirmed, type ConfirmedClaim } from "./mergeClaims.ts";
import { dropProposed } from "./dropClaims.ts";
import type { AddressRow, SubnetRow } from "./model.ts";
import { listSubnetsOf } from "./subnets.ts";
import { wantedPlaces, type KnownSubnet, type Wanted } from "./places.ts";

const AT_ONCE = 16;
const BATCH = 100;
const MAX_ROUNDS = 8;

interface Confirmed {
  readonly place: Wanted;
  readonly claim: ConfirmedClaim;
}

/** @param sequence the newest number that was issued: only a list under a later one may end the claims */
export async function confirmClaims(
  run: Run,
  cluster: Cluster,
  {
    declared,
    subnets,
    sequence,
  }: {
    readonly declared: readonly Declared[];
    readonly subnets: readonly KnownSubnet[];
    readonly sequence: number;
  },
): Promise<void> {
  const all = declared.flatMap((one) =>
    wantedPlaces(one, cluster, subnets).map((place) => ({
      place,
      claim: claimOf(run, one, { place, sequence }),
    })),
  );
  for (const [partition, own] of Map.groupBy(all, ({ place }) => place.partition))
    for (let at = 0; at < own.length; at += BATCH)
      await confirmBatch(run, partition, own.slice(at, at + BATCH));
}

function claimOf(
  run: Run,
  { cluster, namespace, name, uid, intent: { replaces } }: Declared,
  { place: { ports }, sequence }: { readonly place: Wanted; readonly sequence: number },
): ConfirmedClaim {
  return {
    owner: { cluster, namespace, name, uid },
    state: "confirmed",
    sinceUtc: run.now().toISOString(),
    sequence,
    ...(ports && { ports }),
    ...(replaces !== undefined && { replaces }),
  };
}

/** In one transaction if no row changed in the meantime, otherwise one row after the other. */
async function confirmBatch(run: Run, partition: string, batch: readonly Confirmed[]): Promise<void> {
  const rows = [...Map.groupBy(batch, ({ place }) => place.key).values()];
  const writes = (await mapAtMost(AT_ONCE, rows, (row) => writeOf(run, row))).flat();
  if (writes.length === 0) return;
  if (await isWritten(run, partition, writes)) recordConfirmed(run, writes.length);
  else for (const row of rows) await confirmRow(run, row);
  const confirmed = batch.map(({ place: { key }, claim: { owner } }) => ({ key, owner }));
  await unmark(run, partition, confirmed);
}

/**
 * Claims of several Services that share an address, in one write. A row that storage rejects is skipped: the
 * report is not refused.
 */
async function confirmRow(run: Run, row: readonly Confirmed[]): Promise<void> {
  const place = row[0]?.place;
  if (!place) return;
  try {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const writes = await writeOf(run, row);
      if (writes.length === 0) return;
      if (!(await run.ports.tables.addresses.transact(place.partition, writes)).ok) continue;
      return recordConfirmed(run, 1);
    }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    run.log.error("claim not recorded", { address: place.text, why: error.message });
    return;
  }
  throw new NotYet(`the row of ${place.text} keeps changing`, 1);
}

/** False if a row changed in the meantime, or if storage rejects one of them. */
async function isWritten(
  run: Run,
  partition: string,
  writes: readonly Write<AddressRow>[],
): Promise<boolean> {
  try {
    return (await run.ports.tables.addresses.transact(partition, writes)).ok;
  } catch (error) {
    if (error instanceof InvalidInput) return false;
    throw error;
  }
}

function recordConfirmed(run: Run, count: number): void {
  run.ports.metrics.record("mooring.claims", count, { outcome: "confirmed" });
}

/** @param confirmed claims of one row, at least one */
async function writeOf(run: Run, confirmed: readonly Confirmed[]): Promise<Write<AddressRow>[]> {
  const [first] = confirmed;
  if (!first) return [];
  const { partition, key, text } = first.place;
  const row: Row<AddressRow> | undefined = await run.ports.tables.addresses.get(partition, key);
  const nowUtc = run.now().toISOString();
  const before: AddressRow = row?.value ?? { address: text };
  const value = confirmed.reduce((all, { claim }) => withConfirmed(all, claim, nowUtc) ?? all, before);
  if (value === before) return [];
  return row ? [{ do: "replace", key, value, version: row.version }] : [{ do: "insert", key, value }];
}

/** For the reports of one cluster; reads the subnets with the first declaration. */
export function claimsOfCluster(run: Run, cluster: Cluster): ConfirmClaims {
  let reading: Promise<readonly SubnetRow[]> | undefined;
  return async (declared, sequence) => {
    if (!declared.some(({ intent }) => intent.internal || intent.pls)) return;
    reading ??= listSubnetsOf(run, cluster);
    await confirmClaims(run, cluster, { declared, subnets: await reading, sequence });
  };
}

/** Releases the claims of what admission saw and the API server refused, except what a Service of that name still declares. */
export function releaseRefused(run: Run, cluster: Cluster): Release {
  let reading: Promise<readonly SubnetRow[]> | undefined;
  return async (refused) => {
    if (refused.deletedAtUtc !== undefined) return;
    reading ??= listSubnetsOf(run, cluster);
    const subnets = await reading;
    const others = (await proposalsOf(run, refused)).filter((one) => !isSameProposal(one, refused));
    const kept = new Set(others.flatMap((one) => wantedPlaces(one, cluster, subnets)).map(({ key }) => key));
    const ended = wantedPlaces(refused, cluster, subnets).filter(({ key }) => !kept.has(key));
    await mapAtMost(AT_ONCE, ended, (place) => dropProposed(run, refused, place));
  };
}
