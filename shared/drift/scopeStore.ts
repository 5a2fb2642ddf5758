/** When each scope was last audited whole. Partition `all`; key = scope. */
import type { Run } from "../ports.ts";
import type { ScopeRow } from "./auditRun.ts";

const SCOPES = "all";

export async function rememberScope(run: Run, row: ScopeRow): Promise<void> {
  await run.ports.tables.scopes.transact(SCOPES, [{ do: "put", key: row.scope, value: row }]);
}

/** `undefined` if it never was. */
export async function auditedAt(run: Run, scope: string): Promise<string | undefined> {
  return (await run.ports.tables.scopes.get(SCOPES, scope))?.value.auditedAtUtc;
}

/** Every scope's, by scope. */
export async function listAudited(run: Run): Promise<ReadonlyMap<string, string>> {
  const rows = await Array.fromAsync(run.ports.tables.scopes.list(SCOPES));
  return new Map(rows.map(({ value }) => [value.scope, value.auditedAtUtc]));
}
