/**
 * Claims places for a Service: all of them or none. One Table transaction per partition; the claims of one
 * are released if another one is refused, and a crash in between leaves proposed claims that expire. Called
 * by admission; never reads Azure. An address cannot get two owners: a row is inserted if absent and changed
 * by version. Needs two round trips to storage in most cases: the first one inserts the new rows of one
 * partition and reads the rows of all; the second one writes the others, and additional rows of the caller.
 */
import { Conflict } from "../core/errors.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { withProposed, type ProposedClaim } from "./mergeClaims.ts";
import type { AddressRow } from "./model.ts";
import { findObstacle, type Obstacle, type Want } from "./obstacle.ts";
import { sameService } from "./owner.ts";

export interface ClaimRequest<W extends Want = Want> {
  readonly owner: ServiceKey;
  readonly expiresAtUtc: string;
  readonly wants: readonly W[];
  /** Services that hand their places over. */
  readonly yielding?: readonly ServiceKey[];
  /** Canonical ids of their resources in Azure. */
  readonly handedOver?: ReadonlySet<string>;
  readonly replaces?: string;
}

export interface Taken<W extends Want = Want> {
  readonly want: W;
  readonly row: AddressRow;
  readonly obstacle: Obstacle;
}

/**
 * In each round one of several concurrent writers of a row succeeds; more rounds than this indicate another
 * problem.
 */
const MAX_ROUNDS = 50;

/** Reverts only its own writes. */
export type Undo = () => Promise<void>;

/**
 * Written concurrently with the last claims, which are rarely refused; `undefined` if it could not be
 * written.
 */
export type Beside = () => Promise<Undo | undefined>;

/** Result of a request, and a function that reverts it. */
export interface Outcome<W extends Want = Want> {
  /** Empty if the owner has all places, otherwise all conflicts. */
  readonly taken: readonly Taken<W>[];
  /** Reverts only the writes of the request. */
  readonly undo: Undo;
  /** True if the additional rows were written. */
  readonly isBesideDone: boolean;
}

const NOTHING = { undo: async () => undefined, isBesideDone: false };

/** @throws Conflict if the rows keep changing */
export async function takeClaims<W extends Want>(
  run: Run,
  request: ClaimRequest<W>,
  beside: Beside = async () => undefined,
): Promise<Outcome<W>> {
  const outcome = await takeAll(run, request, beside);
  const { metrics } = run.ports;
  const { length } = outcome.taken;
  if (length > 0) metrics.record("mooring.claims", length, { outcome: "refused" });
  else metrics.record("mooring.claims", request.wants.length, { outcome: "proposed" });
  return outcome;
}

async function takeAll<W extends Want>(
  run: Run,
  request: ClaimRequest<W>,
  beside: Beside,
): Promise<Outcome<W>> {
  const parts = byPartition(request);
  const [isInserted, ...reads] = await waitForAll([
    insertNew(run, parts[0]),
    ...parts.map((part) => readRows(run, part)),
  ] as const);
  const read = parts.map((part, index): Read<W> => ({ part, before: reads[index] ?? [] }));
  const left = isInserted ? read.slice(1) : read;
  const done: Done[] = isInserted ? read.slice(0, 1).map(({ part }) => ({ part, before: [] })) : [];
  const undo = async () => void (await waitForAll(done.map((one) => takeBack(run, one))));
  const taken = left.flatMap(({ part, before }) => takenOf(run, part, before));
  if (taken.length === 0) return takeLeft(run, { left, done, undo, beside });
  await undo();
  return { taken, ...NOTHING };
}

interface Read<W extends Want> {
  readonly part: ClaimRequest<W>;
  readonly before: Rows;
}

/** False if a row exists, or is expected to. */
async function insertNew(run: Run, part: ClaimRequest | undefined): Promise<boolean> {
  if (!part || isHeld(part)) return false;
  const writes = part.wants.map((want) => writeFor(run, { request: part, want }, undefined));
  return (await run.ports.tables.addresses.transact(partitionOf(part), writes)).ok;
}

function isHeld({ wants }: ClaimRequest): boolean {
  return wants.some(({ isHeld = false }) => isHeld);
}

interface Left<W extends Want> {
  readonly left: readonly Read<W>[];
  /** Extended with each claim. */
  readonly done: Done[];
  readonly undo: Undo;
  readonly beside: Beside;
}

/**
 * If others inserted rows in the meantime, the first partition is written alone: of two Services that request
 * the same places, one gets it, and the other one then holds nothing that the first one needs.
 */
async function takeLeft<W extends Want>(
  run: Run,
  { left, done, undo, beside }: Left<W>,
): Promise<Outcome<W>> {
  if (left.length === 0) return { taken: [], undo, isBesideDone: false };
  const isContended = done.length === 0 && left.length > 1 && left.some(({ part }) => !isHeld(part));
  const groups = isContended ? [left.slice(0, 1), left.slice(1)] : [left];
  let undoBeside: Undo | undefined;
  const undoAll = async () => void (await waitForAll([undo(), undoBeside?.()]));
  for (const group of groups) {
    const isLast = group === groups.at(-1);
    const [outcomes, besides] = await waitForAll([
      waitForAll(group.map((one) => takePart(run, one))),
      isLast ? beside() : undefined,
    ] as const);
    undoBeside = besides;
    done.push(...outcomes.flatMap((one) => (one.ok ? [one.done] : [])));
    const taken = outcomes.flatMap((one) => (one.ok ? [] : one.taken));
    if (taken.length === 0) continue;
    await undoAll();
    return { taken, ...NOTHING };
  }
  return { taken: [], undo: undoAll, isBesideDone: undoBeside !== undefined };
}

/** Conflicts of the request without writing, for a dry run. */
export async function findTaken<W extends Want>(
  run: Run,
  request: ClaimRequest<W>,
): Promise<readonly Taken<W>[]> {
  return takenOf(run, request, await readRows(run, request));
}

/**
 * In a fixed order, so that the same one of several competing Services is first in all partitions; places
 * that the Service already has come last.
 */
function byPartition<W extends Want>(request: ClaimRequest<W>): ClaimRequest<W>[] {
  const parts = Map.groupBy(request.wants, ({ partition }) => partition);
  const ordered = [...parts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, wants]) => ({ ...request, wants }));
  return [...ordered.filter((part) => !isHeld(part)), ...ordered.filter(isHeld)];
}

type Rows = readonly (Row<AddressRow> | undefined)[];
type PartOutcome<W extends Want> =
  { readonly ok: true; readonly done: Done } | { readonly ok: false; readonly taken: readonly Taken<W>[] };

/** @param read its rows, without conflicts */
async function takePart<W extends Want>(run: Run, read: Read<W>): Promise<PartOutcome<W>> {
  const { part } = read;
  let { before } = read;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const writes = part.wants.map((want, index) => writeFor(run, { request: part, want }, before[index]));
    if ((await run.ports.tables.addresses.transact(partitionOf(part), writes)).ok)
      return { ok: true, done: { part, before } };
    before = await readRows(run, part);
    const taken = takenOf(run, part, before);
    if (taken.length > 0) return { ok: false, taken };
  }
  throw new Conflict(`the rows of ${part.wants.map(({ text }) => text).join(", ")} keep changing`);
}

function partitionOf({ wants }: ClaimRequest): string {
  return wants[0]?.partition ?? "";
}

function readRows(run: Run, { wants }: ClaimRequest): Promise<Rows> {
  const { addresses } = run.ports.tables;
  return waitForAll(wants.map(({ partition, key }) => addresses.get(partition, key)));
}

function takenOf<W extends Want>(
  run: Run,
  { owner, wants, yielding = [], handedOver = new Set() }: ClaimRequest<W>,
  rows: Rows,
): Taken<W>[] {
  const claimant = { owner, nowUtc: run.now().toISOString(), yielding, handedOver };
  return wants.flatMap((want, index) => {
    const row = rows[index]?.value;
    const obstacle = row && findObstacle(row, want, claimant);
    return obstacle ? [{ want, row, obstacle }] : [];
  });
}

function writeFor(
  run: Run,
  { request, want }: { request: ClaimRequest; want: Want },
  row: Row<AddressRow> | undefined,
): Write<AddressRow> {
  const nowUtc = run.now().toISOString();
  const mine = claimOf(request, want, nowUtc);
  const { key, text } = want;
  if (!row) return { do: "insert", key, value: { address: text, claims: [mine] } };
  return { do: "replace", key, value: withProposed(row.value, mine, nowUtc), version: row.version };
}

function claimOf(
  { owner, expiresAtUtc, replaces }: ClaimRequest,
  { ports }: Want,
  sinceUtc: string,
): ProposedClaim {
  return {
    owner,
    state: "proposed",
    sinceUtc,
    expiresAtUtc,
    ...(ports && { ports }),
    ...(replaces !== undefined && { replaces }),
  };
}

interface Done {
  readonly part: ClaimRequest;
  readonly before: Rows;
}

/** If another writer changes the row at the same time, the claim is kept and expires. */
async function takeBack(run: Run, { part, before }: Done): Promise<void> {
  const now = await readRows(run, part);
  for (const [index, row] of now.entries()) {
    const isWritten = row?.value.claims?.some(
      (one) => isOf(one, part) && one.expiresAtUtc === part.expiresAtUtc,
    );
    if (!row || !isWritten) continue;
    await run.ports.tables.addresses.transact(partitionOf(part), [without(row, before[index]?.value, part)]);
  }
}

function isOf(
  claim: NonNullable<AddressRow["claims"]>[number],
  { owner }: ClaimRequest,
): claim is ProposedClaim {
  return claim.state === "proposed" && sameService(claim.owner, owner);
}

/**
 * The row without the writes of the request, with the replaced content; later claims of other Services are
 * kept.
 */
function without(
  { key, version, value }: Row<AddressRow>,
  before: AddressRow | undefined,
  part: ClaimRequest,
): Write<AddressRow> {
  const { claims: all = [], ...rest } = value;
  const replaced = (before?.claims ?? []).filter((one) => isOf(one, part));
  const claims = [...replaced, ...all.filter((one) => !isOf(one, part))];
  if (claims.length > 0) return { do: "replace", key, version, value: { ...rest, claims } };
  return rest.assignment ? { do: "replace", key, version, value: rest } : { do: "remove", key, version };
}
