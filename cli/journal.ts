import { Command } from "commander";
import { printChange } from "../shared/changes/diff.ts";
import type { JournalEntry } from "../shared/changes/journal.ts";
import { listJournal } from "../shared/changes/journalStore.ts";
import { findEntry, planUndo } from "../shared/changes/undo.ts";
import { inert } from "../shared/core/inert.ts";
import { resourceName } from "../shared/azure/resourceId.ts";
import type { Run } from "../shared/ports/ports.ts";
import { wholeNumber } from "./audit/wholeNumber.ts";
import { carryOut, paint } from "./changes.ts";
import { open, openToWrite } from "./open.ts";
import { isData, print, printData } from "./print.ts";

const JOURNAL_ROWS = 50;
const MOST_ROWS = 100_000;
const SHORT_ID = 8;

/** `journal list`, `journal show`, `undo`. */
export function journalCommands(): Command[] {
  const journal = new Command("journal").description("list and show changes that Mooring made in Azure");
  journal
    .command("list")
    .description("list journal entries, newest first")
    .option("--limit <n>", "maximum number of entries", String(JOURNAL_ROWS))
    .action(list);
  journal.command("show <id>").description("show one entry: who, why, and the change").action(show);
  const undo = new Command("undo")
    .description("revert a journal entry (shows the plan, requires confirmation)")
    .argument("<id>", "id of the entry, or a prefix of it")
    .option("--yes", "do not ask for confirmation", false)
    .action(undoEntry);
  return [journal, undo];
}

async function list({ limit }: { limit: string }, command: Command): Promise<void> {
  const most = wholeNumber("--limit", limit, MOST_ROWS);
  const entries: JournalEntry[] = [];
  for await (const { entry } of listJournal(await open())) {
    if (entries.length >= most) break;
    entries.push(entry);
  }
  print(command, entries, {
    id: ({ id }) => id.slice(0, SHORT_ID),
    when: ({ intendedAtUtc }) => intendedAtUtc,
    who: ({ cause }) => cause.who,
    action: ({ change }) => change.action,
    name: ({ change }) => resourceName(change.resourceId),
    outcome: ({ outcome }) => outcome,
    reason: ({ change }) => change.reason,
  });
}

async function show(id: string, _options: unknown, command: Command): Promise<void> {
  const run = await open();
  const entry = await findEntry(run, id);
  const states = { before: await load(run, entry.beforeState), after: await load(run, entry.afterState) };
  if (isData(command)) return printData(command, { ...entry, ...states });
  const { cause, outcome, why, intendedAtUtc, completedAtUtc = "", policyVersion } = entry;
  const facts = { id: entry.id, outcome, why, who: cause.who, cause: cause.why, policy: policyVersion };
  for (const [key, value] of Object.entries({ ...facts, intended: intendedAtUtc, completed: completedAtUtc }))
    if (value) console.log(inert(`${key.padEnd(10)} ${value}`));
  console.log(printChange(entry.change, paint));
  console.log("Use -o json to print the complete resource before and after.");
}

function load(run: Run, name: string | undefined): Promise<unknown> {
  return name === undefined ? Promise.resolve(undefined) : run.ports.states.load(name);
}

async function undoEntry(id: string, { yes }: { yes: boolean }, command: Command): Promise<void> {
  const { run, apply } = await openToWrite();
  const { plan, losses } = await planUndo(run, id);
  if (!isData(command)) for (const loss of losses) console.log(inert(`! ${loss}`));
  await carryOut(command, { run, apply, plan, why: `mooring undo ${id}`, yes });
}
