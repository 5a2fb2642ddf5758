import type { Command } from "commander";
import { inert } from "../../shared/core/inert.ts";
import { choosePoison } from "../../shared/storage/queues/choose.ts";
import { whyPoisoned, type Poisoned } from "../../shared/storage/queues/poison.ts";
import { replayPoison } from "../../shared/storage/queues/replay.ts";
import type { QueueName } from "../../shared/ports/queue.ts";
import { exitCodeOf, operator } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";
import { selectionOf } from "./selection.ts";

interface Options {
  readonly all: boolean;
}

/** Exit code 1 if no message was replayed, 3 if some were not. */
export async function replay(
  queue: QueueName,
  ids: readonly string[],
  { all }: Options,
  command: Command,
): Promise<void> {
  const selection = selectionOf(ids, all);
  const run = await open();
  const chosen = await choosePoison(run, queue, selection);
  const replayed = await replayPoison(run, queue, chosen, operator());
  const left = chosen.filter(({ id }) => !replayed.some((one) => one.id === id));
  process.exitCode = exitCodeOf({ done: replayed.length, of: chosen.length });
  if (isData(command)) return printData(command, { replayed, left });
  printResult(replayed, left);
}

function printResult(replayed: readonly Poisoned[], left: readonly Poisoned[]): void {
  if (replayed.length + left.length === 0) console.log("No failed messages.");
  for (const { id, item } of replayed)
    console.log(inert(`replayed ${id}: ${item?.what ?? ""} ${item?.id ?? ""}`));
  for (const one of left)
    console.log(inert(`skipped  ${one.id}: ${one.item ? "received by another process" : whyPoisoned(one)}`));
}
