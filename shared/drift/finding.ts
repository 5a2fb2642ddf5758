/** One check failing on one thing. Partition `all`; key = `check|canonical resource id`. */
export interface Finding {
  readonly check: string;
  readonly severity: "error" | "warn" | "info";
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
  readonly firstSeenAtUtc: string;
  readonly lastSeenAtUtc: string;
  readonly resolvedAtUtc?: string;
}
