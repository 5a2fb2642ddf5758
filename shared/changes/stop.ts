/** The global stop: one row; while it is there nothing is written to Azure. Read before every change, never cached. */
import type { Run } from "../ports/ports.ts";

const PARTITION = "policy";
const KEY = "stop";

export async function isStopped(run: Run): Promise<boolean> {
  return (await run.ports.tables.policies.get(PARTITION, KEY)) !== undefined;
}

export interface Stop {
  readonly why: string;
  readonly sinceUtc: string;
  /** Whoever stopped it, if that is known. Apart from why: findings and notices say why, and name nobody. */
  readonly who?: string;
}

/** Why and since when nothing is written; `undefined` while writing is not stopped. */
export async function readStop(run: Run): Promise<Stop | undefined> {
  const row = await run.ports.tables.policies.get(PARTITION, KEY);
  if (!row) return undefined;
  const { why = "", who } = row.value.policy as { why?: string; who?: string };
  return { why, sinceUtc: row.value.appliedAtUtc, ...(who !== undefined && { who }) };
}

export async function stopWriting(run: Run, why: string, who?: string): Promise<void> {
  const value = { policy: { why, ...(who !== undefined && { who }) }, appliedAtUtc: run.now().toISOString() };
  await run.ports.tables.policies.transact(PARTITION, [{ do: "put", key: KEY, value }]);
}

export async function resumeWriting(run: Run): Promise<void> {
  await run.ports.tables.policies.transact(PARTITION, [{ do: "remove", key: KEY }]);
}
