import { Argument } from "commander";
import { QUEUES } from "../../shared/storage/queue.ts";

export function queueArgument(): Argument {
  return new Argument("<queue>", `one of ${QUEUES.join(", ")}`).choices(QUEUES);
}
