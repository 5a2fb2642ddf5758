import type { Command } from "commander";
import type { PoisonedMessage } from "../../api/model.ts";
import { inert } from "../../shared/core/inert.ts";
import type { QueueName } from "../../shared/ports/queue.ts";
import { whyPoisoned } from "../../shared/storage/queues/poison.ts";
import { openApi } from "../api/open.ts";
import { exitCodeOf } from "../changes.ts";
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
  const body = selectionOf(ids, all);
  const api = await openApi(command);
  const { chosen, done } = await api.call("replayPoison", { params: { queue }, body });
  const isDone = ({ id }: PoisonedMessage) => done.includes(id);
  const [replayed, left] = [chosen.filter(isDone), chosen.filter((one) => !isDone(one))];
  process.exitCode = exitCodeOf({ done: replayed.length, of: chosen.length });
  if (isData(command)) return printData(command, { replayed, left });
  printResult(replayed, left);
}

function printResult(replayed: readonly PoisonedMessage[], left: readonly PoisonedMessage[]): void {
  if (replayed.length + left.length === 0) console.log("No failed messages.");
  for (const { id, item } of replayed)
    console.log(inert(`replayed ${id}: ${item?.what ?? ""} ${item?.id ?? ""}`));
  for (const one of left)
    console.log(inert(`skipped  ${one.id}: ${one.item ? "received by another process" : whyPoisoned(one)}`));
}
