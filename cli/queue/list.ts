import type { Command } from "commander";
import { listQueues, type QueueOverview } from "../../shared/storage/queues/poison.ts";
import { open } from "../open.ts";
import { isData, print, printData } from "../print.ts";

export async function list(_options: unknown, command: Command): Promise<void> {
  const queues = await listQueues(await open());
  if (isData(command)) return printData(command, queues);
  print(command, queues, {
    queue: ({ queue }) => queue,
    waiting: ({ waiting }) => String(waiting.length),
    "oldest since": ({ waiting }) => waiting.oldestAtUtc ?? "",
    failed: ({ poisoned }) => String(poisoned.length),
    "first failed at": ({ poisoned }) => poisoned.oldestAtUtc ?? "",
    why: whyAll,
  });
  if (queues.some(({ poisoned }) => poisoned.length > 0))
    console.log("`mooring queue show` tells of those that failed; `replay` and `drop` end them.");
}

const WHY_CHARACTERS = 120;

function whyAll({ errors: [most, ...others] }: QueueOverview): string {
  if (!most) return "";
  const more =
    others.length === 0 ? "" : `, and ${others.length} other ${others.length === 1 ? "reason" : "reasons"}`;
  const { count, error } = most;
  return `${count} × ${error.length > WHY_CHARACTERS ? `${error.slice(0, WHY_CHARACTERS)}…` : error}${more}`;
}
