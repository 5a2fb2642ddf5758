import { Command } from "commander";
import { openApi, withApp } from "./api/open.ts";

/** `stop` and `resume`: stop and allow all writes to Azure. In an emergency, `--direct` needs no app. */
export function stopCommands(): Command[] {
  const stop = withApp(new Command("stop"))
    .description("stop all writes to Azure within seconds")
    .argument("[why]", "reason, shown to other operators", "stopped by an operator");
  const resume = withApp(new Command("resume")).description(
    "allow writes to Azure again, as the policy permits",
  );
  stop.action(async (reason: string, _options: unknown, command: Command) => {
    await (await openApi(command)).call("stopWriting", { body: { reason } });
    console.log("Writes to Azure are stopped. Run `mooring resume` to allow them again.");
  });
  resume.action(async (_options: unknown, command: Command) => {
    await (await openApi(command)).call("resumeWriting", { body: {} });
    console.log("Writes to Azure are allowed again.");
  });
  return [stop, resume];
}
