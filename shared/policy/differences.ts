/** What differs between two policies, for people who review a change. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Policy } from "./policy.ts";
import type { PolicyDifference } from "./policyModel.ts";

/** One for each setting, and for each entry of a list that is added or removed. */
export function policyDifferences(before: Policy, after: Policy): PolicyDifference[] {
  return differencesAt("", before, after);
}

function differencesAt(path: string, before: unknown, after: unknown): PolicyDifference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return entryDifferences(path, before, after);
  if (!isSection(before) || !isSection(after)) return [difference(path, before, after)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) =>
    differencesAt(path === "" ? name : `${path}.${name}`, before[name], after[name]),
  );
}

function entryDifferences(
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): PolicyDifference[] {
  const removed = without(before, after).map((entry) => ({ path, before: entry }));
  const added = without(after, before).map((entry) => ({ path, after: entry }));
  const all = [...removed, ...added];
  // Only their order or number differs.
  return all.length > 0 ? all : [{ path, before, after }];
}

function without(all: readonly unknown[], others: readonly unknown[]): unknown[] {
  return all.filter((entry) => !others.some((other) => isDeepStrictEqual(entry, other)));
}

function difference(path: string, before: unknown, after: unknown): PolicyDifference {
  return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A line with `+` for what is added, `-` for what is removed and `~` for what changes. */
export function differenceLine({ path, before, after }: PolicyDifference): {
  readonly mark: "+" | "-" | "~";
  readonly text: string;
} {
  if (before === undefined) return { mark: "+", text: `${path}: ${JSON.stringify(after)}` };
  if (after === undefined) return { mark: "-", text: `${path}: ${JSON.stringify(before)}` };
  return { mark: "~", text: `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}` };
}
