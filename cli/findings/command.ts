/** `mooring findings`: lists, shows, acknowledges and fixes findings. Each command has its own file. */
import { Command } from "commander";
import { withApp } from "../api/open.ts";
import { acknowledgeOne, withdrawOne } from "./acknowledge.ts";
import { fix } from "./fix.ts";
import { list } from "./list.ts";
import { show } from "./show.ts";

export function findingsCommand(): Command {
  const findings = new Command("findings").description("list, acknowledge and fix findings of audits");
  withApp(findings.command("list", { isDefault: true }))
    .description("list findings; open ones by default")
    .option("--state <state>", "open, acknowledged, suspected, resolved or all", "open")
    .option("--severity <severity>", "error, warning or info")
    .option("--check <id>", "only of this check")
    .option("--cluster <name>", "only of this cluster")
    .option("--scope <scope>", "subscription:ID, vnet:ID or mooring")
    .action(list);
  withApp(findings.command("show <finding>"))
    .description("show a finding, by id or prefix of an id")
    .action(show);
  withApp(findings.command("acknowledge <finding>"))
    .description("suppress a finding until a date: it fails no pipeline and sends no notices")
    .requiredOption("--until <date>", "date (2026-12-24), time in UTC, or duration (12h, 7d, 4w)")
    .requiredOption("--reason <text>", "shown with the finding")
    .action(acknowledgeOne);
  withApp(findings.command("withdraw <finding>"))
    .description("remove an acknowledgement")
    .action(withdrawOne);
  withApp(findings.command("fix <finding>"))
    .description("plan and apply the repair of a finding (requires confirmation)")
    .option("--yes", "do not ask for confirmation", false)
    .action(fix);
  return findings;
}
