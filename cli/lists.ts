import { Command } from "commander";
import { queryFindings } from "../shared/drift/query.ts";
import { listQuarantine } from "../shared/orphans/quarantine.ts";
import { parseResourceId } from "../shared/network/resourceId.ts";
import { open } from "./open.ts";
import { print } from "./print.ts";

/** `findings`, `orphans list`. */
export function listCommands(): Command[] {
  const orphans = new Command("orphans").description("orphans in quarantine");
  orphans.command("list").description("what waits out its grace, and why").action(listOrphans);
  return [
    new Command("findings").description("open findings of the last audit").action(listFindings),
    orphans,
  ];
}

async function listFindings(_options: unknown, command: Command): Promise<void> {
  const findings = await queryFindings(await open(), { state: "open" });
  print(command, findings, {
    severity: ({ severity }) => severity,
    check: ({ check }) => check,
    about: ({ about }) => nameOf(about),
    message: ({ message }) => message,
  });
}

async function listOrphans(_options: unknown, command: Command): Promise<void> {
  const rows = await listQuarantine(await open());
  print(command, rows, {
    kind: ({ kind }) => kind,
    name: ({ resourceId }) => nameOf(resourceId),
    cluster: ({ cluster }) => cluster,
    "delete after": ({ deleteAfterUtc }) => deleteAfterUtc,
    why: ({ reason }) => reason,
  });
}

function nameOf(id: string): string {
  return parseResourceId(id)?.name ?? id;
}
