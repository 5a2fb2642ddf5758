import { Command } from "commander";
import { printChange } from "../shared/changes/diff.ts";
import { inert } from "../shared/core/inert.ts";
import { openApi, withApp } from "./api/open.ts";
import { listAll } from "./api/operations.ts";
import { wholeNumber } from "./audit/wholeNumber.ts";
import { carryOut, paint } from "./changes.ts";
import { isData, print, printData } from "./print.ts";

const JOURNAL_ROWS = 50;
const MOST_ROWS = 100_000;
const SHORT_ID = 8;

/** `journal list`, `journal show`, `undo`. */
export function journalCommands(): Command[] {
  const journal = new Command("journal").description("list and show changes that Mooring made in Azure");
  withApp(journal.command("list"))
    .description("list journal entries, newest first")
    .option("--limit <n>", "maximum number of entries", String(JOURNAL_ROWS))
    .action(list);
  withApp(journal.command("show <id>")).description("show one entry: who, why, and the change").action(show);
  const undo = withApp(new Command("undo"))
    .description("revert a journal entry (shows the plan, requires confirmation)")
    .argument("<id>", "id of the entry, or a prefix of it")
    .option("--yes", "do not ask for confirmation", false)
    .action(undoEntry);
  return [journal, undo];
}

async function list({ limit }: { limit: string }, command: Command): Promise<void> {
  const most = wholeNumber("--limit", limit, MOST_ROWS);
  print(command, await listAll(await openApi(command), "listJournal", { most }), {
    id: ({ id }) => id.slice(0, SHORT_ID),
    when: ({ atUtc }) => atUtc,
    who: ({ who }) => who,
    action: ({ change }) => change.action,
    name: ({ change }) => change.name,
    outcome: ({ outcome }) => outcome,
    reason: ({ change }) => change.reason,
  });
}

async function show(id: string, _options: unknown, command: Command): Promise<void> {
  const entry = await (await openApi(command)).call("getJournalEntry", { params: { id } });
  if (isData(command)) return printData(command, entry);
  const {
    outcome,
    why,
    who,
    cause,
    policyVersion: policy,
    atUtc: intended,
    completedAtUtc: completed,
  } = entry;
  const facts = { id: entry.id, outcome, why, who, cause, policy, intended, completed };
  for (const [key, value] of Object.entries(facts))
    if (value) console.log(inert(`${key.padEnd(10)} ${value}`));
  console.log(printChange(entry.change, paint));
  console.log("Use -o json to print the complete resource before and after.");
}

async function undoEntry(id: string, { yes }: { yes: boolean }, command: Command): Promise<void> {
  const api = await openApi(command);
  const { plan } = await api.call("undoJournalEntry", { params: { id }, query: { dryRun: "true" } });
  const apply = () => api.call("undoJournalEntry", { params: { id }, ifMatch: plan.etag });
  await carryOut(command, { plan, apply, yes });
}
