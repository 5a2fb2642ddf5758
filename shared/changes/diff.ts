/**
 * A plan as text: `+` create, `~` change, `-` delete, with reason and evidence of each change. Names and
 * reasons are untrusted: control characters are removed. Pure.
 */
import { inert } from "../core/inert.ts";
import { isListEdit, originOf, type Change, type Edit, type ListEdit, type Origin } from "./plan.ts";
import type { Json } from "../ports/resources.ts";

export type Mark = "+" | "~" | "-";
/** Colours a line by its mark, or returns it unchanged. */
export type Paint = (mark: Mark, line: string) => string;

const plain: Paint = (_, line) => line;
const MARKS = { create: "+", update: "~", delete: "-" } as const;

/** A change as the API shows it. */
export interface ShownChange {
  readonly action: Change["action"];
  readonly resourceId: string;
  readonly reason: string;
  readonly lines: readonly { readonly mark: Mark | " "; readonly text: string }[];
  readonly evidence: readonly (Origin & { readonly says: string })[];
}

type Printable = Change | ShownChange;

/** Lines of text; one line for an empty plan. */
export function printPlan(plan: { readonly changes: readonly Printable[] }, paint: Paint = plain): string {
  if (plan.changes.length === 0) return "No changes.";
  return [...plan.changes.map((change) => printChange(change, paint)), total(plan.changes)].join("\n");
}

/** One change, without the total. */
export function printChange(change: Printable, paint: Paint): string {
  const mark = MARKS[change.action];
  const head = paint(mark, `${mark} ${inert(change.resourceId)}`);
  const lines = "lines" in change ? change.lines : changeLines(change);
  const edits = change.action === "update" ? lines.map((line) => printLine(line, paint)) : [];
  const evidence = change.evidence.map((one) => `    # ${inert(one.says)} (${inert(originOf(one))})`);
  return [head, `    ${inert(change.reason)}`, ...edits, ...evidence].join("\n");
}

function printLine({ mark, text }: ShownChange["lines"][number], paint: Paint): string {
  const line = `  ${mark} ${inert(text)}`;
  return mark === " " ? line : paint(mark, line);
}

export interface Line {
  readonly mark: Mark;
  readonly text: string;
}

/** The edits inside the resource, one per line; the complete body of a created one. */
export function changeLines(change: Change): Line[] {
  if (change.action === "update") return change.edits.flatMap(editLines);
  if (change.action === "delete") return [{ mark: "-", text: change.resourceId }];
  const body = JSON.stringify(change.body, undefined, 2).split("\n");
  return body.map((text) => ({ mark: "+", text }));
}

function editLines(edit: Edit): Line[] {
  if (isListEdit(edit)) return itemLines(edit);
  const { path, before, after } = edit;
  if (before === undefined) return [{ mark: "+", text: `${path}: ${print(after)}` }];
  if (after === undefined) return [{ mark: "-", text: `${path}: ${print(before)}` }];
  return [{ mark: "~", text: `${path}: ${print(before)} -> ${print(after)}` }];
}

function itemLines({ path, remove = [], add = [] }: ListEdit): Line[] {
  return [
    ...remove.map((name): Line => ({ mark: "-", text: `${path}: ${name}` })),
    ...add.map(({ name }): Line => ({ mark: "+", text: `${path}: ${name}` })),
  ];
}

function print(value: Json | undefined): string {
  return JSON.stringify(value);
}

/** Totals, in the format of `terraform plan`. */
function total(changes: readonly Printable[]): string {
  const count = (action: Change["action"]) => changes.filter((change) => change.action === action).length;
  return `Plan: ${count("create")} to make, ${count("update")} to change, ${count("delete")} to delete.`;
}
