/** What people keep: a hold speaks against every proof until it is taken back. */
import { canonicalId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { Hold } from "./model.ts";

const PARTITION = "all";

export async function listHolds(run: Run): Promise<Hold[]> {
  const rows = await Array.fromAsync(run.ports.tables.holds.list(PARTITION));
  return rows.map(({ value }) => value);
}

export async function hold(
  run: Run,
  resourceId: string,
  { who, why }: Pick<Hold, "who" | "why">,
): Promise<void> {
  const value = { resourceId, who, why, sinceUtc: run.now().toISOString() };
  await run.ports.tables.holds.transact(PARTITION, [{ do: "put", key: canonicalId(resourceId), value }]);
}

/** Takes a hold back, and gives whether there was one; if the resource still is an orphan its grace begins anew. */
export async function release(run: Run, resourceId: string): Promise<boolean> {
  const key = canonicalId(resourceId);
  const { holds, quarantine } = run.ports.tables;
  const row = await holds.get(PARTITION, key);
  await holds.transact(PARTITION, [{ do: "remove", key }]);
  await quarantine.transact(PARTITION, [{ do: "remove", key }]);
  return row !== undefined;
}
