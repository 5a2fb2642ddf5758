import type { Command } from "commander";
import type { PoisonedMessage } from "../../api/model.ts";
import { inert } from "../../shared/core/inert.ts";
import { whyPoisoned } from "../../shared/storage/queues/poison.ts";
import { MAX_SEEN, QUEUES, type QueueName } from "../../shared/ports/queue.ts";
import { openApi } from "../api/open.ts";
import { isData, printData } from "../print.ts";
import { waitForAll } from "../../shared/core/waitForAll.ts";

const SHORT_ID = 8;
const TEXT_CHARACTERS = 500;

export async function show(queue: QueueName | undefined, _options: unknown, command: Command): Promise<void> {
  const api = await openApi(command);
  const queues = queue === undefined ? QUEUES : [queue];
  const lists = queues.map((one) => api.call("listPoison", { params: { queue: one } }));
  const messages = (await waitForAll(lists)).flatMap(({ items }) => items);
  if (isData(command)) return printData(command, messages);
  if (messages.length === 0) return console.log("No failed messages.");
  for (const message of messages) console.log(`${describe(shortened(message))}\n`);
  for (const { queue, poisoned } of (await api.call("listQueues", {})).items)
    if (queues.includes(queue)) printRemaining(queue, poisoned.length);
}

/** Text of a message, one fact per line, with control characters removed. Pure. */
export function describe(message: PoisonedMessage): string {
  const { id, queue, poisonedAtUtc, expiresAtUtc, item, text = "", failure } = message;
  const facts = {
    error: whyPoisoned(message),
    tries:
      failure && `${failure.tries}, the last one at ${failure.atUtc} (invocation ${failure.invocationId})`,
    ...(item
      ? {
          id: item.id,
          why: item.why,
          requested: item.seenAtUtc,
          correlation: item.correlationId,
        }
      : { text }),
    failed: `${poisonedAtUtc}; expires at ${expiresAtUtc}`,
  };
  const lines = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(12)} ${inert(value)}`],
  );
  return [`${id.slice(0, SHORT_ID)}  ${queue}  ${inert(item?.what ?? "not a work item")}`, ...lines].join(
    "\n",
  );
}

function shortened(message: PoisonedMessage): PoisonedMessage {
  const { text } = message;
  if (text === undefined || text.length <= TEXT_CHARACTERS) return message;
  return { ...message, text: `${text.slice(0, TEXT_CHARACTERS)}… (use -o json for the complete text)` };
}

function printRemaining(queue: QueueName, length: number): void {
  if (length > MAX_SEEN)
    console.log(
      `Shows the oldest ${MAX_SEEN} of about ${length} messages in ${queue}; replay or drop them to see the others.`,
    );
}
