/** Report of `mooring doctor`; `docs/reference/doctor.schema.json` is generated from this schema. */
import * as z from "zod";

export const STATES = ["ok", "warning", "fail", "skipped"] as const;
export const State = z.enum(STATES);
export type State = z.infer<typeof State>;

export const Line = z.strictObject({
  check: z.string().describe("Id of the check, as in docs/reference/doctor.md"),
  about: z
    .string()
    .optional()
    .describe("Subject of a check that has several, for example a subscription or cluster"),
  state: State,
  message: z.string(),
  advice: z.string().optional().describe("What to do; always present if the state is fail"),
});
export type Line = z.infer<typeof Line>;

export const DoctorReport = z.strictObject({
  version: z.string().describe("Version of the Mooring that ran the checks"),
  atUtc: z.string(),
  counts: z.record(State, z.number()).describe("Number of lines by state"),
  lines: z.array(Line),
});
export type DoctorReport = z.infer<typeof DoctorReport>;

export function countStates(lines: readonly Line[]): Record<State, number> {
  const count = (state: State) => lines.filter((line) => line.state === state).length;
  return { ok: count("ok"), warning: count("warning"), fail: count("fail"), skipped: count("skipped") };
}
