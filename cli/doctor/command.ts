/** `mooring doctor`: checks a running installation from outside and inside, and prints advice. Writes nothing. */
import { Command } from "commander";
import { SETTINGS_CHECK, INSTALLATION_CHECKS } from "../../shared/doctor/checks.ts";
import { examine, toReport } from "../../shared/doctor/examine.ts";
import { type DoctorReport, type Line } from "../../shared/doctor/report.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { parseSettings, settingWarnings } from "../../shared/core/settings.ts";
import { VERSION } from "../../shared/core/version.ts";
import { isData, printData } from "../print.ts";
import { lookAt } from "./look.ts";
import { printReport } from "./table.ts";

export interface Options {
  readonly url?: string;
  readonly app?: string;
  readonly identity?: string;
  readonly failOn: string;
}

const HELP = `
States:
  ok       passed
  warning  works, but needs attention
  fail     does not work
  skipped  could not be checked
docs/reference/doctor.md describes all checks.

Exit codes:
  0  no check in the --fail-on state
  1  at least one check in the --fail-on state
  2  invalid input`;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check a running installation and print advice")
    .option("--url <origin>", "URL of the app, e.g. https://mooring.azurewebsites.net (MOORING_APP_URL)")
    .option("--app <id>", "resource id of the Function App (MOORING_APP_ID)")
    .option("--identity <id>", "object id of the identity of the app, if you are signed in as a user")
    .option("--fail-on <state>", "exit code 1 for fail, or for warning and fail", "fail")
    .addHelpText("after", HELP)
    .action(doctor);
}

async function doctor(options: Options, command: Command): Promise<void> {
  checkOptions(options);
  const isForPrograms = isData(command);
  const report = await reportOn(options);
  if (isForPrograms) printData(command, report);
  else printReport(report);
  const { counts } = report;
  end(counts.fail > 0 || (options.failOn === "warning" && counts.warning > 0) ? 1 : 0);
}

/** Invalid settings are reported as a failed check. */
async function reportOn(options: Options): Promise<DoctorReport> {
  const problems = settingsProblems();
  if (problems.length === 0) {
    const look = await lookAt(options);
    const { lines } = await examine(INSTALLATION_CHECKS, look);
    return toReport([settingsLine([]), ...lines], look);
  }
  const later = INSTALLATION_CHECKS.map(({ id }): Line => ({
    check: id,
    state: "skipped",
    message: "not checked: check settings must pass first",
  }));
  return toReport([settingsLine(problems), ...later], { version: VERSION, run: { now: () => new Date() } });
}

function settingsProblems(): readonly string[] {
  try {
    parseSettings(process.env);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

function settingsLine(problems: readonly string[]): Line {
  const { id: check } = SETTINGS_CHECK;
  if (problems.length === 0) return namesLine(check);
  return {
    check,
    state: "fail",
    message: problems.join("; "),
    advice: "fix all of them; docs/reference/settings.md lists the settings",
  };
}

/** Reports environment variables whose names resemble a setting: they are probably misspelled. */
function namesLine(check: string): Line {
  const misspelled = settingWarnings(process.env).filter((warning) => warning.includes("did you mean"));
  if (misspelled.length === 0) return { check, state: "ok", message: "valid" };
  return {
    check,
    state: "warning",
    message: misspelled.join("; "),
    advice: "these variables have no effect: rename or remove them",
  };
}

function checkOptions({ url, failOn, identity }: Options): void {
  const problems = [
    ...(url === undefined || isOrigin(url)
      ? []
      : [`--url ${url}: not an origin such as https://mooring.azurewebsites.net`]),
    ...(identity === undefined || GUID.test(identity)
      ? []
      : [`--identity ${identity}: not an object id (GUID)`]),
    ...(["warning", "fail"].includes(failOn)
      ? []
      : [`--fail-on ${failOn}: unknown state; use warning or fail`]),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).pathname === "/";
}

/** Exits although requests to unreachable endpoints may still be pending. */
function end(code: number): void {
  process.exitCode = code;
  process.stdout.write("", () => process.exit());
}
