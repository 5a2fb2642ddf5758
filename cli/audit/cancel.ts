import { cancelAudit, findRun } from "../../shared/audit/runs.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";

/** Scopes that have not started are skipped. */
export async function cancel(name: string): Promise<void> {
  const run = await open();
  const { id, state } = await findRun(run, name);
  if (await cancelAudit(run, id, operator()))
    return console.log(`Audit ${id} is cancelled; findings of completed scopes are kept.`);
  console.log(`Audit ${id} had already ended: ${state}.`);
}
