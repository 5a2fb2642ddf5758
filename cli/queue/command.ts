import { Command } from "commander";
import { dropCommand } from "./drop.ts";
import { list } from "./list.ts";
import { queueArgument } from "./queueArgument.ts";
import { replay } from "./replay.ts";
import { show } from "./show.ts";

/** `queue list|show|replay|drop`: work that waits, and work that failed for good. */
export function queueCommand(): Command {
  const queue = new Command("queue").description("work that waits, and work that failed for good");
  queue.command("list").description("every queue: how much waits, what failed, and why").action(list);
  queue
    .command("show")
    .description("the messages that failed for good")
    .addArgument(queueArgument().argOptional())
    .action(show);
  queue
    .command("replay")
    .description("put messages that failed back to work")
    .addArgument(queueArgument())
    .argument("[ids...]", "of messages, or how they begin")
    .option("--all", "every one of them", false)
    .action(replay);
  queue.addCommand(dropCommand());
  return queue;
}
