/**
 * Schema of a finding: one failed check on one resource or Service, from its first observation until it is resolved. Reports, notices, runs
 * and the API pick their fields from it.
 */
import * as z from "zod";
import { SEVERITIES, Severity } from "../severity.ts";

export { SEVERITIES, Severity };

export const FindingState = z.enum(["suspected", "open", "acknowledged", "resolved"]);
export type FindingState = z.infer<typeof FindingState>;

/** As stored: optional fields are absent, never `undefined`. */
type Stored<T> = { readonly [Key in keyof T]: Exclude<T[Key], undefined> };

const Utc = z.string().describe("ISO 8601, UTC");

/** Suppresses a finding. Ends at `untilUtc`, when the finding is resolved, or when its severity increases. */
export const Acknowledgement = z.strictObject({
  who: z.string(),
  reason: z.string(),
  atUtc: Utc,
  untilUtc: Utc,
});
export type Acknowledgement = Readonly<z.infer<typeof Acknowledgement>>;

/**
 * Partition `all`; key = `scope|check|id`, so that the findings of a scope are one range. Written only when its content changes: an open
 * finding was last seen when its scope was last audited.
 */
export const Finding = z.object({
  id: z.string().describe("12 hex digits of SHA-256 over check and subject: the same in every audit"),
  check: z.string().describe("Id of the failed check, see docs/reference/checks.md"),
  severity: Severity,
  scope: z.string().describe("`subscription:ID`, `vnet:ID` or `mooring`"),
  about: z.string().describe("Resource id, or `cluster/namespace/name` of a Service"),
  cluster: z.string().optional(),
  message: z.string().describe("What is wrong"),
  advice: z.string().describe("What to do about it"),
  declared: z.string().optional(),
  allowed: z.string().optional().describe("What policy allows of the declaration, if that is less"),
  actual: z.string().optional(),
  planned: z
    .array(z.string())
    .readonly()
    .optional()
    .describe(
      "Changes that repair it, as `mooring pls plan` prints them; absent if Mooring cannot repair it",
    ),
  firstSeenAtUtc: Utc.describe("First observation; not changed when the finding reopens"),
  lastSeenAtUtc: Utc.describe("Last observation: for an open finding, the last audit of its scope"),
  opensAtUtc: Utc.optional().describe("Suspected until then, because the state may be transient"),
  resolvedAtUtc: Utc.optional(),
  reopened: z.int().optional().describe("How often it reopened"),
  reopenedAtUtc: Utc.optional().describe("When it last reopened"),
  acknowledged: Acknowledgement.readonly().optional(),
  changed: z
    .object({ runId: z.string(), what: z.enum(["new", "reopened", "worse", "resolved"]) })
    .readonly()
    .optional()
    .describe("Last state change and its audit: a repeated audit reports the same. Absent until it is open"),
});
export type Finding = Stored<z.infer<typeof Finding>>;

/** True if the first is more severe. Pure. */
export function isWorse(severity: Severity, than: Severity): boolean {
  return SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(than);
}

/** True if it is open, acknowledged or suspected. Pure. */
export function isUnresolved({ resolvedAtUtc }: Pick<Finding, "resolvedAtUtc">): boolean {
  return resolvedAtUtc === undefined;
}

/** Only `open` findings fail pipelines and are sent as notices. Pure. */
export function stateOf(finding: Finding, nowUtc: string): FindingState {
  if (finding.resolvedAtUtc !== undefined) return "resolved";
  if (finding.opensAtUtc !== undefined && finding.opensAtUtc > nowUtc) return "suspected";
  return finding.acknowledged && finding.acknowledged.untilUtc > nowUtc ? "acknowledged" : "open";
}
