/** Separate from the schemas, which the dashboard does not load. */
import type { PolicyDifference } from "./policyModel.ts";

/** A line with `+` for what is added, `-` for what is removed and `~` for what changes. */
export function differenceLine({ path, before, after }: PolicyDifference): {
  readonly mark: "+" | "-" | "~";
  readonly text: string;
} {
  if (before === undefined) return { mark: "+", text: `${path}: ${JSON.stringify(after)}` };
  if (after === undefined) return { mark: "-", text: `${path}: ${JSON.stringify(before)}` };
  return { mark: "~", text: `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}` };
}
