/**
 * Writes what an audit found in a scope, and only what differs from what is known. A person may acknowledge at the same time: whatever
 * changed meanwhile is read again, and what is written is made from that.
 */
import { isDeepStrictEqual } from "node:util";
import { Conflict } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { News } from "./auditRun.ts";
import type { Checked } from "./checkScope.ts";
import type { CheckedDraft } from "./checks.ts";
import { isThere, stateOf, type Finding } from "../findings/finding.ts";
import { FINDINGS, findingKey, listScope } from "../findings/findingStore.ts";
import { auditedAt } from "../findings/scopeStore.ts";
import { findingId, seen, unseen, type Sight } from "./life.ts";

export interface Recorded {
  readonly appeared: readonly News[];
  readonly resolved: number;
}

type Found = Pick<Checked, "found" | "unjudged">;

const ROUNDS = 6;
const MESSAGE_CHARACTERS = 500;

/** What this run found out, whether in this call or in one that died before it could say so. @throws Conflict if others write without end */
export async function record(run: Run, sight: Sight, checked: Found): Promise<Recorded> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = await listScope(run, sight.scope);
    const writes = await differences(run, rows, { ...checked, sight });
    if (writes.length === 0) return recorded(rows, sight);
    await writeRows(run.ports.tables.findings, FINDINGS, writes);
  }
  throw new Conflict(`findings of ${sight.scope} keep changing`);
}

interface Seen extends Found {
  readonly sight: Sight;
}

async function differences(
  run: Run,
  rows: readonly Row<Finding>[],
  { found, unjudged = [], sight }: Seen,
): Promise<Write<Finding>[]> {
  const known = new Map(rows.map((row) => [row.key, row]));
  const drafts = new Map(found.map((draft) => [keyOf(draft, sight.scope), draft]));
  const there = [...drafts].flatMap(([key, draft]) => {
    const row = known.get(key);
    return difference(key, row, seen(row?.value, draft, sight)) ?? [];
  });
  const isJudged = ({ check, cluster }: Finding) =>
    !unjudged.some((one) => one.check === check && one.cluster === cluster);
  const gone = rows.filter(({ key, value }) => isThere(value) && !drafts.has(key) && isJudged(value));
  // What is gone was there when its scope was last looked at.
  const beforeUtc = gone.length > 0 ? await auditedAt(run, sight.scope) : undefined;
  const last = { ...sight, ...(beforeUtc !== undefined && { beforeUtc }) };
  return [...there, ...gone.flatMap((row) => difference(row.key, row, unseen(row.value, last)) ?? [])];
}

/** The write that makes the row what it shall be; `undefined` if it says so already. When it was last seen is no difference. */
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

/** What somebody acknowledged is no news. */
function recorded(rows: readonly Row<Finding>[], { runId, atUtc }: Sight): Recorded {
  const changed = rows.map(({ value }) => value).filter((finding) => finding.changed?.runId === runId);
  return {
    appeared: changed.filter((one) => stateOf(one, atUtc) === "open").flatMap((one) => toNews(one) ?? []),
    resolved: changed.filter(({ changed }) => changed?.what === "resolved").length,
  };
}

function toNews({ id, check, severity, about, cluster, message, changed }: Finding): News | undefined {
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

/** A scope's news are one row, and why Azure refused something may be a page: the finding has it whole. */
function short(message: string): string {
  return message.length > MESSAGE_CHARACTERS ? `${message.slice(0, MESSAGE_CHARACTERS - 1)}…` : message;
}

function keyOf({ id: check, about }: CheckedDraft, scope: string): string {
  return findingKey({ scope, check, id: findingId(check, about) });
}
