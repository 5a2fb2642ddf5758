/** Tells how many findings are open. Checks that find nothing are told as well, so that whoever was alarmed hears that it is over. */
import type { Run } from "../ports/ports.ts";
import { listChecks } from "./checks.ts";
import type { Finding } from "../findings/finding.ts";

export function recordFindings({ ports: { metrics } }: Run, open: readonly Finding[]): void {
  const bySeries = Map.groupBy(open, ({ check, severity }) => `${check} ${severity}`);
  for (const [{ check, severity }, ...others] of bySeries.values() as Iterable<[Finding, ...Finding[]]>)
    metrics.record("mooring.findings", 1 + others.length, { check, severity });
  for (const { id: check, severity } of listChecks())
    if (!bySeries.has(`${check} ${severity}`)) metrics.record("mooring.findings", 0, { check, severity });
}
