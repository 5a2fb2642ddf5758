/** `mooring doctor`: looks at a running installation from outside and inside, and says what to do. Writes nothing. */
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
The lines: ok · warn: works, and should be looked at · fail: does not work · skipped: could not be asked, and why. docs/doctor.md has them all.
Exit codes: 0 nothing that --fail-on names · 1 something is · 2 bad input`;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check a running installation, from outside and inside, and say what to do")
    .option("--url <origin>", "of the app, e.g. https://mooring.azurewebsites.net (MOORING_APP_URL)")
    .option("--app <id>", "resource id of the Function App (MOORING_APP_ID)")
    .option("--identity <id>", "object id of the app's identity, where you ask as yourself")
    .option("--fail-on <state>", "exit code 1 at fail, or at warn too", "fail")
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
  end(counts.fail > 0 || (options.failOn === "warn" && counts.warn > 0) ? 1 : 0);
}

/** Broken settings are a finding of the doctor, not its end. */
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
    message: "the settings come first",
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
    advice: "mend them all; README.md has a table of the settings",
  };
}

/** A shell has names of its own; those that are nearly a setting's are most likely slips. */
function namesLine(check: string): Line {
  const slips = settingWarnings(process.env).filter((warning) => warning.includes("did you mean"));
  if (slips.length === 0) return { check, state: "ok", message: "whole" };
  return {
    check,
    state: "warn",
    message: slips.join("; "),
    advice: "nothing reads them: rename or remove them",
  };
}

function checkOptions({ url, failOn, identity }: Options): void {
  const problems = [
    ...(url === undefined || isOrigin(url)
      ? []
      : [`--url ${url}: an origin, as https://mooring.azurewebsites.net`]),
    ...(identity === undefined || GUID.test(identity)
      ? []
      : [`--identity ${identity}: an object id, which is a GUID`]),
    ...(["warn", "fail"].includes(failOn) ? [] : [`--fail-on ${failOn}: there are warn and fail`]),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).pathname === "/";
}

/** What still waits for a dead endpoint must not keep the terminal. */
function end(code: number): void {
  process.exitCode = code;
  process.stdout.write("", () => process.exit());
}
