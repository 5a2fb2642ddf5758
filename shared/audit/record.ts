/**
 * Writes the findings of an audit of a scope, only those that changed. An operator may acknowledge findings at the same time: after a
 * conflict the rows are read again, and the writes are computed from them.
 */
import { isDeepStrictEqual } from "node:util";
import { Conflict } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { FindingChange } from "./auditRun.ts";
import type { Checked } from "./checkScope.ts";
import type { CheckedDraft } from "./checks.ts";
import { isUnresolved, stateOf, type Finding } from "../findings/finding.ts";
import { FINDINGS, findingKey, listScope } from "../findings/findingStore.ts";
import { auditedAt } from "../findings/scopeStore.ts";
import { findingId, seen, unseen, type Observation } from "./lifecycle.ts";

export interface Recorded {
  readonly appeared: readonly FindingChange[];
  readonly resolved: number;
}

type Found = Pick<Checked, "found" | "unjudged">;

const ROUNDS = 6;
const MESSAGE_CHARACTERS = 500;

/** Results of this run, also of an earlier call that crashed before it returned them. @throws Conflict after repeated concurrent writes */
export async function record(run: Run, observation: Observation, checked: Found): Promise<Recorded> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = await listScope(run, observation.scope);
    const writes = await differences(run, rows, { ...checked, observation });
    if (writes.length === 0) return recorded(rows, observation);
    await writeRows(run.ports.tables.findings, FINDINGS, writes);
  }
  throw new Conflict(`findings of ${observation.scope} keep changing`);
}

interface Seen extends Found {
  readonly observation: Observation;
}

async function differences(
  run: Run,
  rows: readonly Row<Finding>[],
  { found, unjudged = [], observation }: Seen,
): Promise<Write<Finding>[]> {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const drafts = new Map(found.map((draft) => [keyOf(draft, observation.scope), draft]));
  const present = [...drafts].flatMap(([key, draft]) => {
    const row = byKey.get(key);
    return difference(key, row, seen(row?.value, draft, observation)) ?? [];
  });
  const isJudged = ({ check, cluster }: Finding) =>
    !unjudged.some((one) => one.check === check && one.cluster === cluster);
  const absent = rows.filter(({ key, value }) => isUnresolved(value) && !drafts.has(key) && isJudged(value));
  // An absent finding was last seen at the previous audit of its scope.
  const beforeUtc = absent.length > 0 ? await auditedAt(run, observation.scope) : undefined;
  const last = { ...observation, ...(beforeUtc !== undefined && { beforeUtc }) };
  return [...present, ...absent.flatMap((row) => difference(row.key, row, unseen(row.value, last)) ?? [])];
}

/** The write from `row` to `value`; `undefined` if they match. A different `lastSeenAtUtc` alone is not written. */
export function difference(
  key: string,
  row: Row<Finding> | undefined,
  value: Finding | undefined,
): Write<Finding> | undefined {
  if (!row) return value && { do: "insert", key, value };
  if (!value) return { do: "remove", key, version: row.version };
  const same = isDeepStrictEqual({ ...row.value, lastSeenAtUtc: "" }, { ...value, lastSeenAtUtc: "" });
  return same ? undefined : { do: "replace", key, value, version: row.version };
}

/** Acknowledged findings are not reported as appeared. */
function recorded(rows: readonly Row<Finding>[], { runId, atUtc }: Observation): Recorded {
  const changed = rows.map(({ value }) => value).filter((finding) => finding.changed?.runId === runId);
  return {
    appeared: changed.filter((one) => stateOf(one, atUtc) === "open").flatMap((one) => toChange(one) ?? []),
    resolved: changed.filter(({ changed }) => changed?.what === "resolved").length,
  };
}

function toChange({
  id,
  check,
  severity,
  about,
  cluster,
  message,
  changed,
}: Finding): FindingChange | undefined {
  if (!changed || changed.what === "resolved") return undefined;
  return {
    id,
    check,
    severity,
    about,
    ...(cluster !== undefined && { cluster }),
    message: short(message),
    what: changed.what,
  };
}

/** All changes of a scope are one row, but error texts of Azure can be long. The finding has the complete text. */
function short(message: string): string {
  return message.length > MESSAGE_CHARACTERS ? `${message.slice(0, MESSAGE_CHARACTERS - 1)}…` : message;
}

function keyOf({ id: check, about }: CheckedDraft, scope: string): string {
  return findingKey({ scope, check, id: findingId(check, about) });
}
