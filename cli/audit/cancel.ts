import { cancelAudit, findRun } from "../../shared/audit/runs.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";

/** Scopes that have not begun are left. */
export async function cancel(name: string): Promise<void> {
  const run = await open();
  const { id, state } = await findRun(run, name);
  if (await cancelAudit(run, id, operator()))
    return console.log(`Audit ${id} is cancelled; what its scopes have found stays.`);
  console.log(`Audit ${id} had ended already: ${state}.`);
}
