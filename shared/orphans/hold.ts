/** Holds of operators: a hold prevents deletion until it is released. */
import { InvalidInput } from "../core/errors.ts";
import { canonicalId, isNamed } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Hold } from "./model.ts";

const PARTITION = "all";

export async function listHolds(run: Run): Promise<Hold[]> {
  const rows = await Array.fromAsync(run.ports.tables.holds.list(PARTITION));
  return rows.map(({ value }) => value);
}

/**
 * The hold, also if the resource no longer exists; `undefined` if there is none with that name or id. @throws
 * InvalidInput if several match
 */
export async function findHold(run: Run, selector: string): Promise<Hold | undefined> {
  const found = (await listHolds(run)).filter(({ resourceId }) => isNamed(resourceId, selector));
  if (found.length < 2) return found[0];
  throw new InvalidInput(found.map(({ resourceId }) => `${selector} may be ${resourceId}: specify its id`));
}

export async function hold(
  run: Run,
  resourceId: string,
  { who, why }: Pick<Hold, "who" | "why">,
): Promise<void> {
  const value = { resourceId, who, why, sinceUtc: run.now().toISOString() };
  await run.ports.tables.holds.transact(PARTITION, [{ do: "put", key: canonicalId(resourceId), value }]);
}

/**
 * Removes a hold, and returns whether it existed; if the resource is still an orphan its grace period starts
 * again.
 */
export async function release(run: Run, resourceId: string): Promise<boolean> {
  const key = canonicalId(resourceId);
  const { holds, quarantine } = run.ports.tables;
  const row = await holds.get(PARTITION, key);
  await holds.transact(PARTITION, [{ do: "remove", key }]);
  await quarantine.transact(PARTITION, [{ do: "remove", key }]);
  return row !== undefined;
}
