/** Keeps findings. Partition `all`; key = `scope|check|id`: a scope's findings are one range, and no subject makes a key too long. */
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { isThere, type Finding } from "./finding.ts";
import { listAudited } from "./scopeStore.ts";
import { waitForAll } from "../core/waitForAll.ts";

export const FINDINGS = "all";

export function findingKey({ scope, check, id }: Pick<Finding, "scope" | "check" | "id">): string {
  return `${scope}|${check}|${id}`;
}

/** Every finding, resolved ones included; those that are there were last seen when their scope was last audited. */
export async function listFindings(run: Run): Promise<Finding[]> {
  const [rows, scopes] = await waitForAll([
    Array.fromAsync(run.ports.tables.findings.list(FINDINGS)),
    listAudited(run),
  ]);
  return rows.map(({ value }) => withLastSeen(value, scopes));
}

/** The finding's row, as listed; `undefined` if there is none of that id. */
export async function findFinding(run: Run, id: string): Promise<Row<Finding> | undefined> {
  const [row, scopes] = await waitForAll([findRow(run, id), listAudited(run)]);
  return row && { ...row, value: withLastSeen(row.value, scopes) };
}

/** As stored. One that is there comes before one that was resolved in another scope. */
export async function findRow(run: Run, id: string): Promise<Row<Finding> | undefined> {
  let found: Row<Finding> | undefined;
  for await (const row of run.ports.tables.findings.list(FINDINGS)) {
    if (row.value.id !== id) continue;
    if (isThere(row.value)) return row;
    found ??= row;
  }
  return found;
}

/** Rows of one scope, as stored. */
export function listScope(run: Run, scope: string): Promise<Row<Finding>[]> {
  // `}` is the character after `|`: the range ends before scopes whose names begin with this one's.
  return Array.fromAsync(run.ports.tables.findings.list(FINDINGS, { from: `${scope}|`, to: `${scope}}` }));
}

function withLastSeen(finding: Finding, audited: ReadonlyMap<string, string>): Finding {
  const atUtc = audited.get(finding.scope);
  if (!isThere(finding) || atUtc === undefined || atUtc <= finding.lastSeenAtUtc) return finding;
  return { ...finding, lastSeenAtUtc: atUtc };
}
