/**
 * The global stop: while its row exists, nothing is written to Azure. Read before every change, never cached.
 */
import type { Run } from "../ports/ports.ts";

const PARTITION = "policy";
const KEY = "stop";

export async function isStopped(run: Run): Promise<boolean> {
  return (await run.ports.tables.policies.get(PARTITION, KEY)) !== undefined;
}

export interface Stop {
  readonly why: string;
  readonly sinceUtc: string;
  /**
   * The operator who stopped it, if recorded. Separate from `why`, because findings and notices contain the
   * reason, but no names.
   */
  readonly who?: string;
}

/** Reason and start of the stop; `undefined` if writes are not stopped. */
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
