import type { Command } from "commander";
import type { Audit } from "../../api/model.ts";
import { shortId } from "../../shared/audit/report/model.ts";
import { openApi } from "../api/open.ts";
import { listAll } from "../api/operations.ts";
import { print } from "../print.ts";
import { wholeNumber } from "./wholeNumber.ts";

const MOST = 1000;

/** Lists audits, newest first. */
export async function list({ limit }: { limit: string }, command: Command): Promise<void> {
  const most = wholeNumber("--limit", limit, MOST);
  print(command, await listAll(await openApi(command), "listAudits", { most }), {
    audit: ({ id }) => shortId(id),
    state: ({ state }) => state,
    errors: ({ counts }) => count(counts?.error),
    warnings: ({ counts }) => count(counts?.warning),
    info: ({ counts }) => count(counts?.info),
    appeared: ({ appeared }) => count(appeared),
    resolved: ({ resolved }) => count(resolved),
    scopes: ({ total }) => count(total),
    took,
    who: ({ who }) => who,
    why: ({ why }) => why,
  });
}

function count(value: number | undefined): string {
  return value === undefined ? "-" : String(value);
}

function took({ startedAtUtc, finishedAtUtc }: Audit): string {
  if (finishedAtUtc === undefined) return "-";
  return `${Math.round((Date.parse(finishedAtUtc) - Date.parse(startedAtUtc)) / 1000)} s`;
}
