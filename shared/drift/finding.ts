/** A finding: one check failing on one thing, from its first sight to its end. */

export type Severity = "error" | "warn" | "info";

/**
 * One check failing on one thing. Partition `all`; key = `scope|check|canonical subject`, so that a scope's findings are one range.
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
  /** The change that Mooring would make, as `mooring links plan` prints it; absent where it can do nothing. */
  readonly planned?: readonly string[];
  readonly firstSeenAtUtc: string;
  /** As stored: when it was last written. As listed: of an open one, when its scope was last audited. */
  readonly lastSeenAtUtc: string;
  /** It may settle by itself until then; before that it is only suspected. Absent: open at once. */
  readonly opensAtUtc?: string;
  readonly resolvedAtUtc?: string;
  /** How often it came back after it was resolved. */
  readonly reopened?: number;
  readonly acknowledged?: Acknowledgement;
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
