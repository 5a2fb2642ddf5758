/** Shows a plan, asks, applies it, and tells what became of it. For every command that writes. */
import { createInterface } from "node:readline/promises";
import { userInfo } from "node:os";
import { styleText } from "node:util";
import type { Command } from "commander";
import type { Applied, Apply } from "../shared/changes/applied.ts";
import { printPlan, type Paint } from "../shared/changes/diff.ts";
import type { Plan } from "../shared/changes/plan.ts";
import { InvalidInput } from "../shared/errors.ts";
import type { Run } from "../shared/ports.ts";
import { isData, printData } from "./print.ts";

const COLOURS = { "+": "green", "~": "yellow", "-": "red" } as const;

/** Colours where the terminal has them and nobody said NO_COLOR. */
export const paint: Paint = (mark, line) => styleText(COLOURS[mark], line, { stream: process.stdout });

/** As the journal will name the person. */
export function operator(): string {
  return process.env["MOORING_OPERATOR"] ?? userInfo().username;
}

export interface Doing {
  readonly run: Run;
  readonly apply: Apply;
  readonly plan: Plan;
  /** Why, for the journal. */
  readonly why: string;
  /** Do not ask. */
  readonly yes: boolean;
}

/** Exit code 1 if anything was not applied. @throws InvalidInput if it would have to ask and nobody is there */
export async function carryOut(command: Command, { run, apply, plan, why, yes }: Doing): Promise<void> {
  const quiet = isData(command);
  if (!quiet) console.log(printPlan(plan, paint));
  if (plan.changes.length === 0) return quiet ? printData(command, []) : undefined;
  if (!yes && !(await agreed())) return console.log("Nothing was done.");
  const cause = { why, who: operator(), correlationId: run.newId() };
  const applied = await apply(run, plan, cause, { inSight: plan.changes.length });
  if (quiet) printData(command, applied);
  else for (const one of applied) console.log(told(one));
  if (applied.some(({ outcome }) => outcome !== "applied")) process.exitCode = 1;
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new InvalidInput("this asks before it writes, and there is no terminal: say --yes");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question("Do this? Only yes will do: ")).trim());
  } finally {
    lines.close();
  }
}

function told({ change, outcome, why, journalId }: Applied): string {
  const reason = why === undefined ? "" : `: ${why}`;
  const journal = journalId === undefined ? "" : ` (journal ${journalId})`;
  return `${outcome} ${change.resourceId}${reason}${journal}`;
}
