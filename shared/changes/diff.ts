/** A plan as people read it: `+` made, `~` changed, `-` removed, with each change's reason and evidence. Pure. */
import { isListEdit, type Change, type Edit, type ListEdit, type Plan } from "./plan.ts";
import type { Json } from "./resources.ts";

export type Mark = "+" | "~" | "-";
/** Colours a line by its mark, or leaves it as it is. */
export type Paint = (mark: Mark, line: string) => string;

const plain: Paint = (_, line) => line;
const MARKS = { create: "+", update: "~", delete: "-" } as const;

/** Lines; an empty plan says so. */
export function printPlan(plan: Plan, paint: Paint = plain): string {
  if (plan.changes.length === 0) return "No changes.";
  return [...plan.changes.map((change) => printChange(change, paint)), total(plan)].join("\n");
}

/** One change, without the total. */
export function printChange(change: Change, paint: Paint): string {
  const mark = MARKS[change.action];
  const head = paint(mark, `${mark} ${change.resourceId}`);
  const edits = change.action === "update" ? change.edits.map((edit) => printEdit(edit, paint)) : [];
  const evidence = change.evidence.map(({ says, source, atUtc }) => `    # ${says} (${source}, ${atUtc})`);
  return [head, `    ${change.reason}`, ...edits, ...evidence].join("\n");
}

function printEdit(edit: Edit, paint: Paint): string {
  if (isListEdit(edit)) return printItems(edit, paint).join("\n");
  const { path, before, after } = edit;
  if (before === undefined) return paint("+", `  + ${path}: ${print(after)}`);
  if (after === undefined) return paint("-", `  - ${path}: ${print(before)}`);
  return paint("~", `  ~ ${path}: ${print(before)} -> ${print(after)}`);
}

function printItems({ path, remove = [], add = [] }: ListEdit, paint: Paint): string[] {
  return [
    ...remove.map((name) => paint("-", `  - ${path}: ${name}`)),
    ...add.map(({ name }) => paint("+", `  + ${path}: ${name}`)),
  ];
}

function print(value: Json | undefined): string {
  return JSON.stringify(value);
}

/** As `terraform plan` ends. */
function total({ changes }: Plan): string {
  const count = (action: Change["action"]) => changes.filter((change) => change.action === action).length;
  return `Plan: ${count("create")} to make, ${count("update")} to change, ${count("delete")} to delete.`;
}
