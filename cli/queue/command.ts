import { Command } from "commander";
import { withApp } from "../api/open.ts";
import { dropCommand } from "./drop.ts";
import { list } from "./list.ts";
import { queueArgument } from "./queueArgument.ts";
import { replay } from "./replay.ts";
import { show } from "./show.ts";

/** `queue list|show|replay|drop`: queues and poison queues. */
export function queueCommand(): Command {
  const queue = new Command("queue").description("inspect queues, replay or drop failed messages");
  withApp(queue.command("list")).description("list queues with pending and failed messages").action(list);
  withApp(queue.command("show"))
    .description("show permanently failed messages (poison queue)")
    .addArgument(queueArgument().argOptional())
    .action(show);
  withApp(queue.command("replay"))
    .description("retry failed messages")
    .addArgument(queueArgument())
    .argument("[ids...]", "ids of messages, or prefixes")
    .option("--all", "all messages of the queue", false)
    .action(replay);
  queue.addCommand(dropCommand());
  return queue;
}
