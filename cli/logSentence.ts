/** Formats warnings and errors of a run for the terminal. */
import { inert } from "../shared/core/inert.ts";
import type { LogFields } from "../shared/ports/log.ts";

/** Event, reason and fields: `mooring: change refused: management lock … (resourceId /subscriptions/…)`. Pure. */
export function logSentence(message: string, { why, problems, ...fields }: LogFields = {}): string {
  const reason = why ?? problems;
  const about = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${textOf(value)}`],
  );
  const parts = [
    `mooring: ${message}`,
    reason === undefined ? "" : `: ${textOf(reason)}`,
    about.length === 0 ? "" : ` (${about.join(", ")})`,
  ];
  return inert(parts.join(""));
}

function textOf(value: NonNullable<LogFields[string]>): string {
  return typeof value === "object" ? value.join("; ") : String(value);
}
