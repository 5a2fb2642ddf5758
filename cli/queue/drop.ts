import { Command } from "commander";
import { inert } from "../../shared/core/inert.ts";
import { choosePoison } from "../../shared/storage/queues/choose.ts";
import { dropPoison } from "../../shared/storage/queues/drop.ts";
import type { Poisoned } from "../../shared/storage/queues/poison.ts";
import type { QueueName } from "../../shared/ports/queue.ts";
import { agreed, exitCodeOf, operator } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";
import { queueArgument } from "./queueArgument.ts";
import { selectionOf } from "./selection.ts";
import { describe } from "./show.ts";

export function dropCommand(): Command {
  return new Command("drop")
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
  const selection = selectionOf(ids, all);
  const run = await open();
  const chosen = await choosePoison(run, queue, selection);
  if (!isData(command)) printChosen(chosen);
  if (chosen.length > 0 && !yes && !(await agreed())) return console.log("No changes were made.");
  const dropped = chosen.length === 0 ? [] : await dropPoison(run, queue, chosen, operator());
  process.exitCode = exitCodeOf({ done: dropped.length, of: chosen.length });
  if (isData(command)) return printData(command, dropped);
  for (const { id, state } of dropped) console.log(`dropped ${inert(id)}; a copy is stored as ${state}`);
  for (const { id } of chosen.filter((one) => !dropped.some((other) => other.id === one.id)))
    console.log(`skipped ${inert(id)}: received by another process`);
}

function printChosen(chosen: readonly Poisoned[]): void {
  if (chosen.length === 0) return console.log("No failed messages.");
  for (const message of chosen) console.log(`${describe(message)}\n`);
}
