import type { Command } from "commander";
import { inert } from "../../shared/core/inert.ts";
import { openApi } from "../api/open.ts";
import { listAll, type Api } from "../api/operations.ts";
import { carryOut, PARTLY_DONE } from "../changes.ts";
import { isData } from "../print.ts";
import { only } from "./choose.ts";

interface Options {
  readonly yes: boolean;
}

export async function sweep({ yes }: Options, command: Command): Promise<void> {
  const api = await openApi(command);
  const { plan, awaited, unreadable } = await api.call("sweepOrphans", { query: { dryRun: "true" } });
  const warn = isData(command) ? console.error : console.log;
  for (const line of [...unreadable.map(skipped), ...awaited.map(unconfirmed)]) warn(inert(`! ${line}`));
  const apply = () => api.call("sweepOrphans", { ifMatch: plan.etag });
  // Without changes, this requests the lists that are missing.
  if (plan.changes.length === 0 && awaited.length > 0) await apply();
  const applied = await carryOut(command, { plan, apply, yes, incomplete: { awaited, unreadable } });
  if (unreadable.length > 0) process.exitCode = applied.length > 0 ? PARTLY_DONE : 1;
}

function skipped(subscription: string): string {
  return `subscription ${subscription} was skipped: it could not be read; \`mooring doctor\` states the cause`;
}

function unconfirmed(cluster: string): string {
  return `orphans of cluster ${cluster} are due, but the cluster must confirm them again; run this command again in about 30 seconds`;
}

/** By name or id of what a sweep deleted, or by journal entry. */
export async function restore(selector: string, { yes }: Options, command: Command): Promise<void> {
  const api = await openApi(command);
  const body = { journalId: (await lastDelete(api, selector)) ?? selector };
  const { plan } = await api.call("restoreOrphan", { body, query: { dryRun: "true" } });
  const apply = () => api.call("restoreOrphan", { body, ifMatch: plan.etag });
  await carryOut(command, { plan, apply, yes });
}

const SEARCHED = 10_000;
const NOT_MADE = new Set(["refused", "failed", "released"]);

/** The newest journal entry that deleted, or may have deleted, a resource with this name or id. */
async function lastDelete(api: Api, selector: string): Promise<string | undefined> {
  const query = { capability: "sweep" };
  const entries = await listAll(api, "listJournal", { query, most: SEARCHED });
  const deletes = entries.filter(
    ({ change, outcome }) => change.action === "delete" && !NOT_MADE.has(outcome),
  );
  const newest = new Map(deletes.toReversed().map((one) => [one.change.resourceId.toLowerCase(), one]));
  const rows = [...newest.values()].map(({ id, change: { resourceId } }) => ({ id, resourceId }));
  return only(rows, selector)?.id;
}
