import { Command } from "commander";
import type { PoisonedMessage } from "../../api/model.ts";
import { inert } from "../../shared/core/inert.ts";
import type { QueueName } from "../../shared/ports/queue.ts";
import { openApi, withApp } from "../api/open.ts";
import type { Api } from "../api/operations.ts";
import { agreed, exitCodeOf } from "../changes.ts";
import { isData, printData } from "../print.ts";
import { queueArgument } from "./queueArgument.ts";
import { selectionOf } from "./selection.ts";
import { describe } from "./show.ts";

/** The API accepts so many ids in one call. */
const IDS_AT_ONCE = 1000;

export function dropCommand(): Command {
  return withApp(new Command("drop"))
    .description("permanently delete failed messages (requires confirmation)")
    .addArgument(queueArgument())
    .argument("[ids...]", "ids of messages, or prefixes")
    .option("--all", "all messages of the queue", false)
    .option("--yes", "do not ask for confirmation", false)
    .action(drop);
}

interface Options {
  readonly all: boolean;
  readonly yes: boolean;
}

async function drop(
  queue: QueueName,
  ids: readonly string[],
  { all, yes }: Options,
  command: Command,
): Promise<void> {
  const body = selectionOf(ids, all);
  const api = await openApi(command);
  const { chosen } = await api.call("dropPoison", { params: { queue }, body, query: { dryRun: "true" } });
  if (!isData(command)) printChosen(chosen);
  if (chosen.length > 0 && !yes && !(await agreed())) return console.log("No changes were made.");
  const dropped = await dropShown(api, queue, chosen);
  process.exitCode = exitCodeOf({ done: dropped.length, of: chosen.length });
  if (isData(command)) return printData(command, dropped);
  for (const { id, state } of dropped) console.log(inert(`dropped ${id}; a copy is stored as ${state}`));
  for (const { id } of chosen.filter((one) => !dropped.some((other) => other.id === one.id)))
    console.log(`skipped ${inert(id)}: received by another process`);
}

type Dropped = PoisonedMessage & { readonly state: string };

/** Only messages that were shown: the queue may have new ones. */
async function dropShown(api: Api, queue: QueueName, chosen: readonly PoisonedMessage[]): Promise<Dropped[]> {
  const dropped: Dropped[] = [];
  for (let start = 0; start < chosen.length; start += IDS_AT_ONCE) {
    const some = chosen.slice(start, start + IDS_AT_ONCE);
    const body = { ids: some.map(({ id }) => id) };
    const { done, copies = {} } = await api.call("dropPoison", { params: { queue }, body });
    const isDone = ({ id }: PoisonedMessage) => done.includes(id);
    dropped.push(...some.filter(isDone).map((one) => ({ ...one, state: copies[one.id] ?? "" })));
  }
  return dropped;
}

function printChosen(chosen: readonly PoisonedMessage[]): void {
  if (chosen.length === 0) return console.log("No failed messages.");
  for (const message of chosen) console.log(`${describe(message)}\n`);
}
