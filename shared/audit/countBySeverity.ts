import type { Counts } from "./auditRun.ts";
import type { Finding, Severity } from "../findings/finding.ts";

/** How many there are of each severity. Pure. */
export function countBySeverity(findings: readonly Pick<Finding, "severity">[]): Counts {
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  return { error: count("error"), warn: count("warn"), info: count("info") };
}
