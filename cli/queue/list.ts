import type { Command } from "commander";
import type { QueueOverview } from "../../api/model.ts";
import { openApi } from "../api/open.ts";
import { isData, print, printData } from "../print.ts";

export async function list(_options: unknown, command: Command): Promise<void> {
  const queues = (await (await openApi(command)).call("listQueues", {})).items;
  if (isData(command)) return printData(command, queues);
  print(command, queues, {
    queue: ({ queue }) => queue,
    pending: ({ waiting }) => String(waiting.length),
    "oldest since": ({ waiting }) => waiting.oldestAtUtc ?? "",
    failed: ({ poisoned }) => String(poisoned.length),
    "first failed at": ({ poisoned }) => poisoned.oldestAtUtc ?? "",
    error: errorsOf,
  });
  if (queues.some(({ poisoned }) => poisoned.length > 0))
    console.log(
      "Run `mooring queue show` for failed messages, then `mooring queue replay` or `mooring queue drop`.",
    );
}

const ERROR_CHARACTERS = 120;

function errorsOf({ errors: [most, ...others] }: QueueOverview): string {
  if (!most) return "";
  const more =
    others.length === 0 ? "" : `, and ${others.length} other ${others.length === 1 ? "error" : "errors"}`;
  const { count, error } = most;
  return `${count} × ${error.length > ERROR_CHARACTERS ? `${error.slice(0, ERROR_CHARACTERS)}…` : error}${more}`;
}
