/** What `mooring doctor` says, as data; `docs/doctor.schema.json` is generated from it. */
import * as z from "zod";

export const STATES = ["ok", "warn", "fail", "skipped"] as const;
export const State = z.enum(STATES);
export type State = z.infer<typeof State>;

export const Line = z.strictObject({
  check: z.string().describe("Id of the check, as in docs/doctor.md"),
  about: z
    .string()
    .optional()
    .describe("What was checked, where there are several: a subscription, a cluster"),
  state: State,
  message: z.string(),
  advice: z.string().optional().describe("What to do; always there on fail"),
});
export type Line = z.infer<typeof Line>;

export const DoctorReport = z.strictObject({
  version: z.string().describe("Of the Mooring that asked"),
  atUtc: z.string(),
  counts: z.record(State, z.number()).describe("Lines by state"),
  lines: z.array(Line),
});
export type DoctorReport = z.infer<typeof DoctorReport>;

export function countStates(lines: readonly Line[]): Record<State, number> {
  const count = (state: State) => lines.filter((line) => line.state === state).length;
  return { ok: count("ok"), warn: count("warn"), fail: count("fail"), skipped: count("skipped") };
}
