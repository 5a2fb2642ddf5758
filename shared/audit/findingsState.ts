/** Stores the unresolved findings at the end of a run, so that runs can be compared. */
import { createHash } from "node:crypto";
import type { Run } from "../ports/ports.ts";
import type { AuditRun } from "./auditRun.ts";
import { isUnresolved, type Finding } from "../findings/finding.ts";
import { listFindings } from "../findings/findingStore.ts";
import { RUNS } from "./runStore.ts";

const DIGITS = 16;

/** Name of the stored state; if nothing changed it is that of the run before. */
export async function saveFindings(
  run: Run,
  { id }: AuditRun,
  findings: readonly Finding[],
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(findings)).digest("hex").slice(0, DIGITS);
  const before = await lastState(run);
  if (before?.endsWith(`${hash}.json`)) return before;
  const name = `audits/${id}-${hash}.json`;
  await run.ports.states.save(name, findings);
  return name;
}

/** Findings at the end of the run, or the current ones if it has not ended. */
export async function findingsOf(run: Run, { findingsState }: AuditRun): Promise<Finding[]> {
  if (findingsState === undefined) return (await listFindings(run)).filter(isUnresolved);
  return ((await run.ports.states.load(findingsState)) ?? []) as Finding[];
}

async function lastState(run: Run): Promise<string | undefined> {
  for await (const { value } of run.ports.tables.runs.list(RUNS))
    if (value.findingsState !== undefined) return value.findingsState;
  return undefined;
}
