import type { Command } from "commander";
import type { AuditRun } from "../../shared/audit/auditRun.ts";
import { shortId } from "../../shared/audit/report/model.ts";
import { listRuns } from "../../shared/audit/runs.ts";
import { open } from "../open.ts";
import { print } from "../print.ts";
import { wholeNumber } from "./wholeNumber.ts";

const MOST = 1000;

/** Lists audits, newest first. */
export async function list({ limit }: { limit: string }, command: Command): Promise<void> {
  const most = wholeNumber("--limit", limit, MOST);
  print(command, await listRuns(await open(), most), {
    audit: ({ id }) => shortId(id),
    state: ({ state }) => state,
    errors: ({ counts }) => count(counts?.error),
    warnings: ({ counts }) => count(counts?.warning),
    info: ({ counts }) => count(counts?.info),
    appeared: ({ appeared }) => count(appeared),
    resolved: ({ resolved }) => count(resolved),
    scopes: ({ scopeCount }) => count(scopeCount),
    took,
    who: ({ who }) => who,
    why: ({ why }) => why,
  });
}

function count(value: number | undefined): string {
  return value === undefined ? "-" : String(value);
}

function took({ startedAtUtc, finishedAtUtc }: AuditRun): string {
  if (finishedAtUtc === undefined) return "-";
  return `${Math.round((Date.parse(finishedAtUtc) - Date.parse(startedAtUtc)) / 1000)} s`;
}
