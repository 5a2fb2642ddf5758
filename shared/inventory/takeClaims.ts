/**
 * Claims places for a Service: all of them or none. One Table transaction per partition, insert first; what an earlier partition took is
 * released when a later one refuses, and a crash in between leaves proposed claims that expire. Called by admission; never reads
 * Azure. Two owners for one address are impossible: a row is made by insert-if-absent and changed by version.
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
  /** Canonical ids of what Azure made for them. */
  readonly handedOver?: ReadonlySet<string>;
  readonly replaces?: string;
}

export interface Taken<W extends Want = Want> {
  readonly want: W;
  readonly row: AddressRow;
  readonly obstacle: Obstacle;
}

/** Of many writers at one row one succeeds in each round; more rounds than this mean something else is wrong. */
const MAX_ROUNDS = 50;

/** What a request got, and the way back. */
export interface Outcome<W extends Want = Want> {
  /** Empty if every place is now the owner's, else everything that stands in the way. */
  readonly taken: readonly Taken<W>[];
  /** Takes back what the request wrote, and nothing else. */
  readonly undo: () => Promise<void>;
}

/** @throws Conflict if the rows keep changing */
export async function takeClaims<W extends Want>(run: Run, request: ClaimRequest<W>): Promise<Outcome<W>> {
  const outcome = await takeAll(run, request);
  const { metrics } = run.ports;
  const { length } = outcome.taken;
  if (length > 0) metrics.record("mooring.claims", length, { outcome: "refused" });
  else metrics.record("mooring.claims", request.wants.length, { outcome: "proposed" });
  return outcome;
}

async function takeAll<W extends Want>(run: Run, request: ClaimRequest<W>): Promise<Outcome<W>> {
  const parts = byPartition(request);
  const done: Done[] = [];
  const undo = async () => void (await waitForAll(done.map((one) => takeBack(run, one))));
  for (const part of parts) {
    const outcome = await takePart(run, part);
    if (!outcome.ok) {
      await undo();
      const rest = parts.slice(parts.indexOf(part) + 1);
      const others = (await waitForAll(rest.map((one) => findTaken(run, one)))).flat();
      return { taken: [...outcome.taken, ...others], undo: async () => undefined };
    }
    done.push({ part, before: outcome.before });
  }
  return { taken: [], undo };
}

/** What would refuse the request, read only: what a dry run may report. */
export async function findTaken<W extends Want>(
  run: Run,
  request: ClaimRequest<W>,
): Promise<readonly Taken<W>[]> {
  return takenOf(run, request, await readRows(run, request));
}

/** In a fixed order, so that two Services never hold what the other waits for. */
function byPartition<W extends Want>(request: ClaimRequest<W>): ClaimRequest<W>[] {
  const parts = Map.groupBy(request.wants, ({ partition }) => partition);
  return [...parts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, wants]) => ({ ...request, wants }));
}

type Rows = readonly (Row<AddressRow> | undefined)[];
type PartOutcome<W extends Want> =
  { readonly ok: true; readonly before: Rows } | { readonly ok: false; readonly taken: readonly Taken<W>[] };

async function takePart<W extends Want>(run: Run, request: ClaimRequest<W>): Promise<PartOutcome<W>> {
  let before: Rows = request.wants.map(() => undefined);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const writes = request.wants.map((want, index) => writeFor(run, { request, want }, before[index]));
    if ((await run.ports.tables.addresses.transact(partitionOf(request), writes)).ok)
      return { ok: true, before };
    before = await readRows(run, request);
    const taken = takenOf(run, request, before);
    if (taken.length > 0) return { ok: false, taken };
  }
  throw new Conflict(`the rows of ${request.wants.map(({ text }) => text).join(", ")} keep changing`);
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

/** If another writer changes the row at the same moment, the claim stays, and expires. */
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

/** The row without what the request wrote, with what that replaced; what other Services claimed since stays. */
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
