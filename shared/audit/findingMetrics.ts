/** Records the number of open findings as a metric. Checks without findings record 0, so that alerts resolve. */
import type { Run } from "../ports/ports.ts";
import { listChecks } from "./checks.ts";
import type { Finding } from "../findings/finding.ts";

export function recordFindingMetrics({ ports: { metrics } }: Run, open: readonly Finding[]): void {
  const bySeries = Map.groupBy(open, ({ check, severity }) => `${check} ${severity}`);
  for (const [{ check, severity }, ...others] of bySeries.values() as Iterable<[Finding, ...Finding[]]>)
    metrics.record("mooring.findings", 1 + others.length, { check, severity });
  for (const { id: check, severity } of listChecks())
    if (!bySeries.has(`${check} ${severity}`)) metrics.record("mooring.findings", 0, { check, severity });
}
