/** `mooring audit`: runs audits and shows their reports. Each command has its own file; reports come from `shared/audit/report/`. */
import { Command } from "commander";
import { SEVERITIES } from "../../shared/findings/finding.ts";
import { FORMAT_NAMES, FORMATS } from "../../shared/audit/report/formats.ts";
import { withApp } from "../api/open.ts";
import { cancel } from "./cancel.ts";
import { diff } from "./diff.ts";
import { list } from "./list.ts";
import { runAudit } from "./run.ts";
import { show } from "./show.ts";
import { start } from "./start.ts";
import { trend } from "./trend.ts";

const FORMATS_HELP = `
Formats (-o): ${FORMAT_NAMES.join(", ")}
Files (--report), by extension: ${FORMAT_NAMES.map((name) => `.${FORMATS[name].extension}`).join(", ")}
AUDIT is an id, a prefix of an id, latest, or previous.`;

const EXIT_CODES = `
Exit codes:
  0    no open findings of the --fail-on severity or higher
  1    such findings exist, or a scope could not be audited
  2    invalid input
  130  stopped by Ctrl-C; findings of completed scopes are kept and shown`;

export function auditCommand(): Command {
  const audit = new Command("audit")
    .description("compare declared with actual state; runs `audit run` without a command")
    .addHelpText("after", "\nOptions of `mooring audit` without a command: see mooring audit run --help");
  withApp(audit.command("run", { isDefault: true }))
    .description("run an audit and print the report; with --direct in this process")
    .option("--scope <scope>", "subscription:ID, vnet:ID, mooring or a cluster (repeatable)", more)
    .option(
      "--fail-on <severity>",
      `exit code 1 for open findings of this severity or higher: ${SEVERITIES.join(", ")}`,
    )
    .option("--report <file>", "also write the report to a file (repeatable)", more)
    .addHelpText("after", `${FORMATS_HELP}${EXIT_CODES}`)
    .action(runAudit);
  withApp(audit.command("start"))
    .description("start an audit in the app and print its id")
    .option("--scope <scope>", "as for run (repeatable)", more)
    .action(start);
  withApp(audit.command("list"))
    .description("list audits, newest first")
    .option("--limit <n>", "maximum number of audits", "20")
    .action(list);
  withApp(audit.command("show [audit]"))
    .description("print the report of an audit (default: latest)")
    .option("--fail-on <severity>", "as for run")
    .option("--report <file>", "also write the report to a file (repeatable)", more)
    .addHelpText("after", FORMATS_HELP)
    .action(show);
  withApp(audit.command("diff [from] [to]"))
    .description("compare two audits (default: previous and latest)")
    .option("--fail-on <severity>", "exit code 1 for new findings of this severity or higher")
    .action(diff);
  withApp(audit.command("trend"))
    .description("show open findings by day")
    .option("--days <n>", "number of days", "30")
    .option("--check <id>", "of one check, one line per day")
    .action(trend);
  withApp(audit.command("cancel <audit>"))
    .description("cancel an audit; findings of completed scopes are kept")
    .action(cancel);
  return audit;
}

function more(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
