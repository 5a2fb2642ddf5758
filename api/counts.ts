import { stateOf, type Finding } from "../shared/drift/finding.ts";
import type { Counts } from "./model.ts";

/** Open findings by severity: those that count. */
export function countOpen(findings: readonly Finding[], nowUtc: string): Counts {
  const open = findings.filter((finding) => stateOf(finding, nowUtc) === "open");
  const count = (severity: keyof Counts) => open.filter((finding) => finding.severity === severity).length;
  return { error: count("error"), warn: count("warn"), info: count("info") };
}
