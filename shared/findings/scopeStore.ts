/** Time of the last complete audit of each scope. Partition `all`; key = scope. */
import type { Run } from "../ports/ports.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly scopes: Table<ScopeRow>;
  }
}

/** When a scope was last audited complete. Partition `all`; key = scope. */
export interface ScopeRow {
  readonly scope: string;
  readonly auditedAtUtc: string;
  readonly runId: string;
}

const SCOPES = "all";

export async function recordScope(run: Run, row: ScopeRow): Promise<void> {
  await run.ports.tables.scopes.transact(SCOPES, [{ do: "put", key: row.scope, value: row }]);
}

/** `undefined` if the scope was never audited. */
export async function auditedAt(run: Run, scope: string): Promise<string | undefined> {
  return (await run.ports.tables.scopes.get(SCOPES, scope))?.value.auditedAtUtc;
}

/** Removes scopes of deleted virtual networks and of subscriptions that are no longer watched. */
export async function removeScopes(run: Run, present: ReadonlySet<string>): Promise<void> {
  const { scopes } = run.ports.tables;
  for await (const { key } of scopes.list(SCOPES))
    if (!present.has(key)) await scopes.transact(SCOPES, [{ do: "remove", key }]);
}

/** Times of all scopes, by scope. */
export async function listAudited(run: Run): Promise<ReadonlyMap<string, string>> {
  const rows = await Array.fromAsync(run.ports.tables.scopes.list(SCOPES));
  return new Map(rows.map(({ value }) => [value.scope, value.auditedAtUtc]));
}
