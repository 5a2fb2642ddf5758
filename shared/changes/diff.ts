/** A plan as people read it: `~` changed, `+` added, `-` removed, with each change's reason. Pure. */
import type { Change, Edit, Plan } from "./plan.ts";
import type { Json } from "./resources.ts";

/** Lines without colours; an empty plan says so. */
export function printPlan(plan: Plan): string {
  if (plan.changes.length === 0) return "No changes.";
  return plan.changes.map(printChange).join("\n");
}

function printChange(change: Change): string {
  const head = `${change.action === "delete" ? "-" : "~"} ${change.resourceId}`;
  const edits = change.action === "delete" ? [] : change.edits.map(printEdit);
  const evidence = change.evidence.map(({ says, source, atUtc }) => `    # ${says} (${source}, ${atUtc})`);
  return [head, `    ${change.reason}`, ...edits, ...evidence].join("\n");
}

function printEdit({ path, before, after }: Edit): string {
  if (before === undefined) return `  + ${path}: ${print(after)}`;
  if (after === undefined) return `  - ${path}: ${print(before)}`;
  return `  ~ ${path}: ${print(before)} -> ${print(after)}`;
}

function print(value: Json | undefined): string {
  return JSON.stringify(value);
}
