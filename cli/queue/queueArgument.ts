import { Argument } from "commander";
import { QUEUES } from "../../shared/ports/queue.ts";

export function queueArgument(): Argument {
  return new Argument("<queue>", `one of ${QUEUES.join(", ")}`).choices(QUEUES);
}
