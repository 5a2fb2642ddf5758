import { Command } from "commander";
import { resumeWriting, stopWriting } from "../shared/changes/stop.ts";
import { open } from "./open.ts";

/** `stop` and `resume`: the switch in front of every write to Azure. */
export function stopCommands(): Command[] {
  const stop = new Command("stop")
    .description("stop every write to Azure, in seconds")
    .argument("[why]", "for the others", "stopped by an operator");
  const resume = new Command("resume").description("let policy decide again");
  stop.action(async (why: string) => {
    await stopWriting(await open(), why);
    console.log("Writing is stopped. `mooring resume` ends it.");
  });
  resume.action(async () => {
    await resumeWriting(await open());
    console.log("Writing is resumed.");
  });
  return [stop, resume];
}
