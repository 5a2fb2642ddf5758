/** Shows a plan, applies it after confirmation and prints the results. Used by every command that writes. */
import { createInterface } from "node:readline/promises";
import { userInfo } from "node:os";
import { styleText } from "node:util";
import type { Command } from "commander";
import type { Applied, Apply, ApplyOptions } from "../shared/changes/applied.ts";
import { printPlan, type Paint } from "../shared/changes/diff.ts";
import type { Change, Plan } from "../shared/changes/plan.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { inert } from "../shared/core/inert.ts";
import type { Run } from "../shared/ports/ports.ts";
import { isData, printData } from "./print.ts";

const COLOURS = { "+": "green", "~": "yellow", "-": "red" } as const;

/** Colours if the terminal supports them and NO_COLOR is not set. */
export const paint: Paint = (mark, line) => styleText(COLOURS[mark], line, { stream: process.stdout });

/** Name of the operator in the journal. */
export function operator(): string {
  return process.env["MOORING_OPERATOR"] ?? userInfo().username;
}

export interface Execution {
  readonly run: Run;
  readonly apply: Apply;
  readonly plan: Plan;
  /** Reason for the journal. */
  readonly why: string;
  /** Skip the confirmation. */
  readonly yes: boolean;
  /** For a plan that was computed together with others. */
  readonly options?: ApplyOptions;
  /** Why the plan may lack changes. With it, data are an object that has it and `applied`, instead of the list of what was applied. */
  readonly incomplete?: Readonly<Record<string, readonly string[]>>;
}

/** Exit code if only some of the changes were applied. */
export const PARTLY_DONE = 3;

/** 0 if all are done, 1 if none, 3 if some. Pure. */
export function exitCodeOf({ done, of }: { readonly done: number; readonly of: number }): number {
  if (done === of) return 0;
  return done === 0 ? 1 : PARTLY_DONE;
}

/** Results of the changes; sets the exit code by {@link exitCodeOf}. @throws InvalidInput if confirmation is needed and there is no terminal */
export async function carryOut(command: Command, execution: Execution): Promise<readonly Applied[]> {
  const { run, apply, plan, why, yes, options = { inSight: plan.changes.length }, incomplete } = execution;
  if (!isData(command)) console.log(printPlan(plan, paint));
  if (plan.changes.length > 0 && !yes && !(await agreed())) {
    console.log("No changes were made.");
    return [];
  }
  const cause = { why, who: operator(), correlationId: run.newId() };
  const applied = plan.changes.length === 0 ? [] : await apply(run, plan, cause, options);
  if (isData(command)) printData(command, incomplete ? { applied, ...incomplete } : applied);
  else for (const line of [...applied.map(resultLine), ...notTried(plan, applied)]) console.log(line);
  const done = applied.filter(({ outcome }) => outcome === "applied").length;
  process.exitCode = exitCodeOf({ done, of: plan.changes.length });
  return applied;
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
function notTried({ changes }: Plan, applied: readonly Applied[]): string[] {
  const isTried = ({ resourceId, action }: Change) =>
    applied.some(({ change }) => change.resourceId === resourceId && change.action === action);
  return changes
    .filter((change) => !isTried(change))
    .map(({ resourceId }) => inert(`not attempted ${resourceId}`));
}

function resultLine({ change, outcome, why, journalId }: Applied): string {
  const reason = why === undefined ? "" : `: ${why}`;
  const journal = journalId === undefined ? "" : ` (journal ${journalId})`;
  return inert(`${outcome} ${change.resourceId}${reason}${journal}`);
}
