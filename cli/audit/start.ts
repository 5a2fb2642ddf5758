import type { Command } from "commander";
import { openApi } from "../api/open.ts";
import { isData, printData } from "../print.ts";

/** Starts an audit in the app. */
export async function start({ scope }: { scope?: string[] }, command: Command): Promise<void> {
  const asData = isData(command);
  const body = scope ? { scopes: scope } : {};
  const audit = await (await openApi(command)).call("startAudit", { body });
  if (asData) return printData(command, audit);
  console.log(audit.id);
  console.error(`Enqueued ${audit.total} scopes. Run \`mooring audit list\` to see the progress.`);
}
