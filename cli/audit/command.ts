/** `mooring audit`: runs audits, and shows what they found. Each command is a file; reports come from `shared/audit/report/`. */
import { Command } from "commander";
import { SEVERITIES } from "../../shared/findings/finding.ts";
import { FORMAT_NAMES, FORMATS } from "../../shared/audit/report/formats.ts";
import { cancel } from "./cancel.ts";
import { diff } from "./diff.ts";
import { list } from "./list.ts";
import { runHere } from "./run.ts";
import { show } from "./show.ts";
import { start } from "./start.ts";
import { trend } from "./trend.ts";

const FORMATS_HELP = `
Formats (-o): ${FORMAT_NAMES.join(", ")}
Files (--report): the format is told by the name's end: ${FORMAT_NAMES.map((name) => `.${FORMATS[name].extension}`).join(", ")}
An audit is named by its id, how its id begins, latest, or previous.`;

const EXIT_CODES = `
Exit codes: 0 nothing that --fail-on names · 1 open findings of that severity, or a part could not be audited
            2 bad input · 130 stopped by Ctrl-C; what was found until then is kept and shown`;

export function auditCommand(): Command {
  const audit = new Command("audit")
    .description("everything declared against everything real; without a command it is `audit run`")
    .addHelpText("after", "\nOptions of a plain `mooring audit`: see mooring audit run --help");
  audit
    .command("run", { isDefault: true })
    .description("audit now, from here, and report")
    .option("--scope <scope>", "subscription:ID, vnet:ID, mooring, or a cluster; may be repeated", more)
    .option("--fail-on <severity>", `exit code 1 if a finding as severe is open: ${SEVERITIES.join(", ")}`)
    .option("--report <file>", "write a report to a file too; may be repeated", more)
    .addHelpText("after", `${FORMATS_HELP}${EXIT_CODES}`)
    .action(runHere);
  audit
    .command("start")
    .description("ask the app to audit, by its queue; prints the id")
    .option("--scope <scope>", "as of run; may be repeated", more)
    .action(start);
  audit
    .command("list")
    .description("audits, newest first")
    .option("--limit <n>", "how many", "20")
    .action(list);
  audit
    .command("show [audit]")
    .description("the report of an audit; of the latest if none is named")
    .option("--fail-on <severity>", "as of run")
    .option("--report <file>", "write a report to a file too; may be repeated", more)
    .addHelpText("after", FORMATS_HELP)
    .action(show);
  audit
    .command("diff [from] [to]")
    .description(
      "what appeared, went, and got worse between two audits; previous and latest if none is named",
    )
    .option("--fail-on <severity>", "exit code 1 if a finding as severe appeared or became so")
    .action(diff);
  audit
    .command("trend")
    .description("open findings by day")
    .option("--days <n>", "how far back", "30")
    .option("--check <id>", "of one check, a line a day")
    .action(trend);
  audit
    .command("cancel <audit>")
    .description("stop an audit; what its scopes have found stays")
    .action(cancel);
  return audit;
}

function more(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
