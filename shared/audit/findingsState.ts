/** The findings that were there when a run ended, kept whole, so that two runs can be compared for as long as both are known. */
import { createHash } from "node:crypto";
import type { Run } from "../ports/ports.ts";
import type { AuditRun } from "./auditRun.ts";
import { isThere, type Finding } from "../findings/finding.ts";
import { listFindings } from "../findings/findingStore.ts";
import { RUNS } from "./runStore.ts";

const DIGITS = 16;

/** The name under which they are kept; a world that has not changed shares that of the run before. */
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

/** Those of a run that has ended as they were then, those of one that has not as they are. */
export async function findingsOf(run: Run, { findingsState }: AuditRun): Promise<Finding[]> {
  if (findingsState === undefined) return (await listFindings(run)).filter(isThere);
  return ((await run.ports.states.load(findingsState)) ?? []) as Finding[];
}

async function lastState(run: Run): Promise<string | undefined> {
  for await (const { value } of run.ports.tables.runs.list(RUNS))
    if (value.findingsState !== undefined) return value.findingsState;
  return undefined;
}
