import { Command } from "commander";
import { resumeWriting, stopWriting } from "../shared/changes/stop.ts";
import { open } from "./open.ts";

/** `stop` and `resume`: stop and allow all writes to Azure. */
export function stopCommands(): Command[] {
  const stop = new Command("stop")
    .description("stop all writes to Azure within seconds")
    .argument("[why]", "reason, shown to other operators", "stopped by an operator");
  const resume = new Command("resume").description("allow writes to Azure again, as the policy permits");
  stop.action(async (why: string) => {
    await stopWriting(await open(), why);
    console.log("Writes to Azure are stopped. Run `mooring resume` to allow them again.");
  });
  resume.action(async () => {
    await resumeWriting(await open());
    console.log("Writes to Azure are allowed again.");
  });
  return [stop, resume];
}
