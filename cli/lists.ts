import { Command } from "commander";
import { listJournal } from "../shared/changes/journalStore.ts";
import { queryFindings } from "../shared/drift/query.ts";
import { listQuarantine } from "../shared/orphans/quarantine.ts";
import { parseResourceId } from "../shared/network/resourceId.ts";
import { open } from "./open.ts";
import { print } from "./print.ts";

const JOURNAL_ROWS = 50;

/** `findings`, `orphans list`, `journal list`. */
export function listCommands(): Command[] {
  const orphans = new Command("orphans").description("orphans in quarantine");
  orphans.command("list").description("what waits out its grace, and why").action(listOrphans);
  const journal = new Command("journal").description("what Mooring wrote to Azure");
  journal
    .command("list")
    .description("newest first")
    .option("--limit <n>", "how many", String(JOURNAL_ROWS))
    .action(listEntries);
  return [
    new Command("findings").description("open findings of the last audit").action(listFindings),
    orphans,
    journal,
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

async function listEntries({ limit }: { limit: string }, command: Command): Promise<void> {
  const entries = [];
  for await (const { entry } of listJournal(await open())) {
    if (entries.length >= Number(limit)) break;
    entries.push(entry);
  }
  print(command, entries, {
    when: ({ intendedAtUtc }) => intendedAtUtc,
    action: ({ change }) => change.action,
    name: ({ change }) => nameOf(change.resourceId),
    outcome: ({ outcome }) => outcome,
    reason: ({ change }) => change.reason,
  });
}

function nameOf(id: string): string {
  return parseResourceId(id)?.name ?? id;
}
