import { canonicalId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { Finding } from "./finding.ts";

const PARTITION = "all";

/** Every finding, resolved ones included, ordered by check and subject. */
export async function listFindings(run: Run): Promise<Finding[]> {
  const rows = await Array.fromAsync(run.ports.tables.findings.list(PARTITION));
  return rows.map(({ value }) => value);
}

export async function writeFindings(run: Run, findings: readonly Finding[]): Promise<void> {
  const writes = findings.map(
    (value) => ({ do: "put", key: `${value.check}|${canonicalId(value.about)}`, value }) as const,
  );
  await writeRows(run.ports.tables.findings, PARTITION, writes);
}
