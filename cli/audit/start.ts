import type { Command } from "commander";
import { startAudit } from "../../shared/audit/startAudit.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";

/** Starts an audit in the app. */
export async function start({ scope }: { scope?: readonly string[] }, command: Command): Promise<void> {
  const asData = isData(command);
  const run = await open();
  const request = { who: operator(), why: "mooring audit start", ...(scope && { only: scope }) };
  const audit = await startAudit(run, request);
  if (asData) return printData(command, audit);
  console.log(audit.id);
  console.error(`Enqueued ${audit.scopeCount} scopes. Run \`mooring audit list\` to see the progress.`);
}
