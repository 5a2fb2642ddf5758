/** Shows a plan, asks, applies it, and tells what became of it. For every command that writes. */
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
  /** Of a plan that was made from more than itself. */
  readonly options?: ApplyOptions;
}

/** Exit code when only a part of what was to be done is done; what is left is listed. */
export const PARTLY_DONE = 3;

/** 0 if all is done, 1 if nothing is, 3 if a part is. Pure. */
export function exitCodeOf({ done, of }: { readonly done: number; readonly of: number }): number {
  if (done === of) return 0;
  return done === 0 ? 1 : PARTLY_DONE;
}

/** What became of each change; the exit code is that of {@link exitCodeOf}. @throws InvalidInput if it would have to ask and nobody is there */
export async function carryOut(command: Command, doing: Doing): Promise<readonly Applied[]> {
  const { run, apply, plan, why, yes, options = { inSight: plan.changes.length } } = doing;
  if (!isData(command)) console.log(printPlan(plan, paint));
  if (plan.changes.length > 0 && !yes && !(await agreed())) {
    console.log("Nothing was done.");
    return [];
  }
  const cause = { why, who: operator(), correlationId: run.newId() };
  const applied = plan.changes.length === 0 ? [] : await apply(run, plan, cause, options);
  if (isData(command)) printData(command, applied);
  else for (const line of [...applied.map(told), ...notTried(plan, applied)]) console.log(line);
  const done = applied.filter(({ outcome }) => outcome === "applied").length;
  process.exitCode = exitCodeOf({ done, of: plan.changes.length });
  return applied;
}

/** What the person says. @throws InvalidInput if nobody is there to ask */
export async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new InvalidInput("this asks before it writes, and there is no terminal: say --yes");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question("Do this? Only yes will do: ")).trim());
  } finally {
    lines.close();
  }
}

/** It stops at the first refusal or failure. */
function notTried({ changes }: Plan, applied: readonly Applied[]): string[] {
  const isTried = ({ resourceId, action }: Change) =>
    applied.some(({ change }) => change.resourceId === resourceId && change.action === action);
  return changes
    .filter((change) => !isTried(change))
    .map(({ resourceId }) => inert(`not tried ${resourceId}`));
}

function told({ change, outcome, why, journalId }: Applied): string {
  const reason = why === undefined ? "" : `: ${why}`;
  const journal = journalId === undefined ? "" : ` (journal ${journalId})`;
  return inert(`${outcome} ${change.resourceId}${reason}${journal}`);
}
