/** Shows a plan, applies it after confirmation and prints the results. Used by every command that writes. */
import { createInterface } from "node:readline/promises";
import { userInfo } from "node:os";
import { styleText } from "node:util";
import type { Command } from "commander";
import type { Outcome, Plan } from "../api/model.ts";
import { printPlan, type Paint } from "../shared/changes/diff.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { inert } from "../shared/core/inert.ts";
import { isData, printData } from "./print.ts";

const COLOURS = { "+": "green", "~": "yellow", "-": "red" } as const;

/** Colours if the terminal supports them and NO_COLOR is not set. */
export const paint: Paint = (mark, line) => styleText(COLOURS[mark], line, { stream: process.stdout });

/** Name in the journal of a caller who uses their own rights. No sign-in verified it, so it is marked. */
export function operator(): string {
  return `${process.env["MOORING_OPERATOR"] || userInfo().username} (direct)`;
}

/** Exit code if only some of the changes were applied. */
export const PARTLY_DONE = 3;

/** 0 if all are done, 1 if none, 3 if some. Pure. */
export function exitCodeOf({ done, of }: { readonly done: number; readonly of: number }): number {
  if (done === of) return 0;
  return done === 0 ? 1 : PARTLY_DONE;
}

export interface Planned {
  /** The plan that is shown: that of a dry run. */
  readonly plan: Plan;
  /** Applies it if it has not changed. */
  readonly apply: () => Promise<Outcome>;
  readonly yes: boolean;
  /** Why the plan may lack changes. With it, data are an object that has it and `applied`, instead of the list of what was applied. */
  readonly incomplete?: Readonly<Record<string, readonly string[]>>;
}

/** Results of the changes; sets the exit code by {@link exitCodeOf}. @throws InvalidInput if confirmation is needed and there is no terminal */
export async function carryOut(command: Command, planned: Planned): Promise<readonly Result[]> {
  const { plan, apply, yes, incomplete } = planned;
  const asData = isData(command);
  if (!asData) for (const loss of plan.losses) console.log(inert(`! ${loss}`));
  if (!asData) console.log(printPlan(plan, paint));
  if (plan.changes.length > 0 && !yes && !(await agreed())) {
    console.log("No changes were made.");
    return [];
  }
  const { applied = [] } = plan.changes.length === 0 ? {} : await apply();
  if (asData) printData(command, incomplete ? { applied, ...incomplete } : applied);
  else for (const line of [...applied.map(resultLine), ...notTried(plan, applied)]) console.log(line);
  setExitCode(plan, applied);
  return applied;
}

type Result = NonNullable<Outcome["applied"]>[number];

function setExitCode(
  { changes }: { readonly changes: readonly unknown[] },
  results: readonly Result[],
): void {
  const done = results.filter(({ outcome }) => outcome === "applied").length;
  process.exitCode = exitCodeOf({ done, of: changes.length });
}

/** True if the operator confirms. @throws InvalidInput without a terminal */
export async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new InvalidInput("confirmation is required, but standard input is not a terminal; use --yes");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question('Apply these changes? Only "yes" is accepted: ')).trim());
  } finally {
    lines.close();
  }
}

/** Changes after the first refusal or failure. */
function notTried({ changes }: Plan, applied: readonly Result[]): string[] {
  const tried = applied.map(({ resourceId }) => resourceId);
  const isTried = (id: string) => {
    const at = tried.indexOf(id);
    if (at >= 0) tried.splice(at, 1);
    return at >= 0;
  };
  return changes.flatMap(({ resourceId }) =>
    isTried(resourceId) ? [] : [inert(`not attempted ${resourceId}`)],
  );
}

function resultLine({ resourceId, outcome, why, journalId }: Result): string {
  const reason = why === undefined ? "" : `: ${why}`;
  const journal = journalId === undefined ? "" : ` (journal ${journalId})`;
  return inert(`${outcome} ${resourceId}${reason}${journal}`);
}
