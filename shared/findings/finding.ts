/** A finding: one check failing on one thing, from its first sight to its end. */

export type Severity = "error" | "warn" | "info";

/**
 * One check failing on one thing. Partition `all`; key = `scope|check|id`, so that a scope's findings are one range.
 * Written only when something about it changes: an open finding was last seen when its scope was last audited.
 */
export interface Finding {
  /** 12 hex digits of SHA-256 over check and subject: the same finding has the same id in every audit. */
  readonly id: string;
  readonly check: string;
  readonly severity: Severity;
  /** Whose audit finds it: `subscription:ID`, `vnet:ID`, `mooring`. */
  readonly scope: string;
  /** The resource or `cluster/namespace/name` of the Service it is about. */
  readonly about: string;
  readonly cluster?: string;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** What a person can do about it. */
  readonly advice: string;
  readonly declared?: string;
  /** What policy leaves of what is declared, if that is less. */
  readonly allowed?: string;
  readonly actual?: string;
  /** The change that Mooring would make, as `mooring pls plan` prints it; absent where it can do nothing. */
  readonly planned?: readonly string[];
  /** Of its whole life: coming back does not change it. */
  readonly firstSeenAtUtc: string;
  /** As stored: when it was last written. As listed: of an open one, when its scope was last audited. */
  readonly lastSeenAtUtc: string;
  /** It may settle by itself until then; before that it is only suspected. Absent: open at once. */
  readonly opensAtUtc?: string;
  readonly resolvedAtUtc?: string;
  /** How often it came back after it was resolved. */
  readonly reopened?: number;
  /** When it last came back; absent if it never went. */
  readonly reopenedAtUtc?: string;
  readonly acknowledged?: Acknowledgement;
  /** The last thing of note that became of it, and the audit that saw it: an audit that is done twice tells the same. Absent: never open yet. */
  readonly changed?: { readonly runId: string; readonly what: "new" | "reopened" | "worse" | "resolved" };
}

/** From the most to the least severe. */
export const SEVERITIES: readonly Severity[] = ["error", "warn", "info"];

/** True if the first is more severe. Pure. */
export function isWorse(severity: Severity, than: Severity): boolean {
  return SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(than);
}

/** True of what was not resolved: open, acknowledged or suspected. Pure. */
export function isThere({ resolvedAtUtc }: Pick<Finding, "resolvedAtUtc">): boolean {
  return resolvedAtUtc === undefined;
}

/** A person knows of it and lets it be for a while. Ends by itself, with the finding, or when the finding gets worse. */
export interface Acknowledgement {
  readonly who: string;
  readonly reason: string;
  readonly atUtc: string;
  readonly untilUtc: string;
}

export type FindingState = "suspected" | "open" | "acknowledged" | "resolved";

/** What counts: only `open` findings fail a pipeline or are told to anybody. Pure. */
export function stateOf(finding: Finding, nowUtc: string): FindingState {
  if (finding.resolvedAtUtc !== undefined) return "resolved";
  if (finding.opensAtUtc !== undefined && finding.opensAtUtc > nowUtc) return "suspected";
  return finding.acknowledged && finding.acknowledged.untilUtc > nowUtc ? "acknowledged" : "open";
}
