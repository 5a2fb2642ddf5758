/** Stores findings. Partition `all`; key = `scope|check|id`: the findings of a scope are one range, and keys have a bounded length. */
import type { Run } from "../ports/ports.ts";
import type { Row, Table } from "../ports/table.ts";
import { isUnresolved, type Finding } from "./finding.ts";
import { listAudited } from "./scopeStore.ts";
import { waitForAll } from "../core/waitForAll.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly findings: Table<Finding>;
  }
}

export const FINDINGS = "all";

export function findingKey({ scope, check, id }: Pick<Finding, "scope" | "check" | "id">): string {
  return `${scope}|${check}|${id}`;
}

/** Every finding, also resolved ones; `lastSeenAtUtc` of the others is the last audit of their scope. */
export async function listFindings(run: Run): Promise<Finding[]> {
  const [rows, scopes] = await waitForAll([
    Array.fromAsync(run.ports.tables.findings.list(FINDINGS)),
    listAudited(run),
  ]);
  return rows.map(({ value }) => withLastSeen(value, scopes));
}

/** The row of the finding, as listed; `undefined` if the id does not exist. */
export async function findFinding(run: Run, id: string): Promise<Row<Finding> | undefined> {
  const [row, scopes] = await waitForAll([findRow(run, id), listAudited(run)]);
  return row && { ...row, value: withLastSeen(row.value, scopes) };
}

/** As stored. Prefers an unresolved finding over one that was resolved in another scope. */
export async function findRow(run: Run, id: string): Promise<Row<Finding> | undefined> {
  let found: Row<Finding> | undefined;
  for await (const row of run.ports.tables.findings.list(FINDINGS)) {
    if (row.value.id !== id) continue;
    if (isUnresolved(row.value)) return row;
    found ??= row;
  }
  return found;
}

/** Rows of one scope, as stored. */
export function listScope(run: Run, scope: string): Promise<Row<Finding>[]> {
  // `}` is the character after `|`: the range excludes scopes whose names start with this one.
  return Array.fromAsync(run.ports.tables.findings.list(FINDINGS, { from: `${scope}|`, to: `${scope}}` }));
}

function withLastSeen(finding: Finding, audited: ReadonlyMap<string, string>): Finding {
  const atUtc = audited.get(finding.scope);
  if (!isUnresolved(finding) || atUtc === undefined || atUtc <= finding.lastSeenAtUtc) return finding;
  return { ...finding, lastSeenAtUtc: atUtc };
}
