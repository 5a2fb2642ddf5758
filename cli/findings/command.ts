/** `mooring findings`: what the last audits found, who knows of it, and what Mooring can do about it. Each command is a file. */
import { Command } from "commander";
import { acknowledgeOne, withdrawOne } from "./acknowledge.ts";
import { fix } from "./fix.ts";
import { list } from "./list.ts";
import { show } from "./show.ts";

export function findingsCommand(): Command {
  const findings = new Command("findings").description("what the audits found");
  findings
    .command("list", { isDefault: true })
    .description("open findings; others by --state")
    .option("--state <state>", "open, acknowledged, suspected, resolved or all", "open")
    .option("--severity <severity>", "error, warn or info")
    .option("--check <id>", "of one check")
    .option("--cluster <name>", "of one cluster")
    .option("--scope <scope>", "subscription:ID, vnet:ID or mooring")
    .action(list);
  findings
    .command("show <finding>")
    .description("everything about a finding, by its id or how its id begins")
    .action(show);
  findings
    .command("acknowledge <finding>")
    .description("let it be for a while: it is there, but fails nothing and is not told again")
    .requiredOption("--until <date>", "a date (2026-12-24), a time in UTC, or a span: 12h, 7d, 4w")
    .requiredOption("--reason <text>", "why; whoever looks at it reads this")
    .action(acknowledgeOne);
  findings
    .command("withdraw <finding>")
    .description("take an acknowledgement back: it counts again")
    .action(withdrawOne);
  findings
    .command("fix <finding>")
    .description("what Mooring can do about it, from fresh reads; shows the plan and asks")
    .option("--yes", "do not ask", false)
    .action(fix);
  return findings;
}
