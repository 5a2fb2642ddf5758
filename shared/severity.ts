/** Severities of findings and checks, in one place for policy, metrics, audit and API. Rules of admission have `deny` and `warn`. */
import * as z from "zod";

/** From the most to the least severe. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

/** Number of findings by severity. */
export const Counts = z.strictObject({ error: z.int(), warning: z.int(), info: z.int() });
export type Counts = Readonly<z.infer<typeof Counts>>;
