/** A lease on a name, in a table row: work on one thing is serialised by a version, not by hope. */
import { NotYet } from "../errors.ts";
import type { LeaseRow, Run } from "../ports.ts";
import type { Row, Written } from "./table.ts";

const PARTITION = "lease";

/** How soon to try again when somebody else holds a lease. */
const RETRY_SECONDS = 15;

/**
 * Runs `action` while holding the lease `name` for at most `seconds`, and gives it back after.
 * `seconds` must exceed what the action can take: a lease that runs out may be taken by another writer.
 * @throws NotYet if somebody else holds it
 */
export async function withLease<T>(
  run: Run,
  name: string,
  seconds: number,
  action: () => Promise<T>,
): Promise<T> {
  const version = await acquire(run, name, seconds);
  try {
    return await action();
  } finally {
    // If it ran out and was taken, the version differs and nothing is removed.
    await run.ports.tables.leases.transact(PARTITION, [{ do: "remove", key: name, version }]);
  }
}

async function acquire(run: Run, name: string, seconds: number): Promise<string> {
  const value = {
    holder: run.newId(),
    untilUtc: new Date(run.now().getTime() + seconds * 1000).toISOString(),
  };
  const { leases } = run.ports.tables;
  const inserted = await leases.transact(PARTITION, [{ do: "insert", key: name, value }]);
  const taken = inserted.ok ? inserted : await takeOver(run, name, value);
  const version = taken.ok ? taken.versions[0] : undefined;
  if (version === undefined) throw new NotYet(`${name} is being worked on`, RETRY_SECONDS);
  return version;
}

async function takeOver(run: Run, name: string, value: LeaseRow): Promise<Written> {
  const { leases } = run.ports.tables;
  const held: Row<LeaseRow> | undefined = await leases.get(PARTITION, name);
  if (!held) return leases.transact(PARTITION, [{ do: "insert", key: name, value }]);
  if (held.value.untilUtc > run.now().toISOString())
    throw new NotYet(`${name} is being worked on`, RETRY_SECONDS);
  return leases.transact(PARTITION, [{ do: "replace", key: name, value, version: held.version }]);
}
