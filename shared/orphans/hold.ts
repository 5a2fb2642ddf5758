/** What people keep: a hold speaks against every proof until it is taken back. */
import { InvalidInput } from "../core/errors.ts";
import { canonicalId, isNamed } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Hold } from "./model.ts";

const PARTITION = "all";

export async function listHolds(run: Run): Promise<Hold[]> {
  const rows = await Array.fromAsync(run.ports.tables.holds.list(PARTITION));
  return rows.map(({ value }) => value);
}

/** Whatever became of the resource since: `undefined` if nobody holds one of that name or id. @throws InvalidInput if the name fits several */
export async function findHold(run: Run, selector: string): Promise<Hold | undefined> {
  const found = (await listHolds(run)).filter(({ resourceId }) => isNamed(resourceId, selector));
  if (found.length < 2) return found[0];
  throw new InvalidInput(
    found.map(({ resourceId }) => `${selector} may be ${resourceId}: say which by its id`),
  );
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
