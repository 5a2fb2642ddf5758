import type { Command } from "commander";
import { startAudit } from "../../shared/audit/startAudit.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";

/** Hands an audit to the app's workers. */
export async function start({ scope }: { scope?: readonly string[] }, command: Command): Promise<void> {
  const asData = isData(command);
  const run = await open();
  const asked = { who: operator(), why: "mooring audit start", ...(scope && { only: scope }) };
  const audit = await startAudit(run, asked);
  if (asData) return printData(command, audit);
  console.log(audit.id);
  console.error(`${audit.scopeCount} scopes wait for the app's workers; see \`mooring audit list\`.`);
}
