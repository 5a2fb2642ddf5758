/**
 * A lease on a name, in a table row: work on one thing is serialised by a version, not by hope. It is renewed for as long as the work
 * takes, and ends soon after its holder died.
 */
import { NotYet } from "../errors.ts";
import type { LeaseRow, Run } from "../ports.ts";
import type { Row, Version, Written } from "./table.ts";

const PARTITION = "lease";

/** So long it outlives a holder that died: longer than the clocks of two machines differ. */
export const LEASE_SECONDS = 180;
const RENEW_MILLISECONDS = 30_000;

/** How soon to try again when somebody else holds a lease. */
const RETRY_SECONDS = 15;

export interface Lease {
  /**
   * To be asked before writing what was read before: clocks that differ by more than a lease lasts, or storage that was away, may have
   * given it to another, whose news is newer. @throws NotYet if it is lost
   */
  demand(): Promise<void>;
}

/**
 * Runs `action` while holding the lease `name`, however long it takes, and gives it back after. A holder that cannot renew it, because
 * storage is away for minutes, may lose it to another: what both write is told apart by versions.
 * @throws NotYet if somebody else holds it
 */
export async function withLease<T>(run: Run, name: string, action: (lease: Lease) => Promise<T>): Promise<T> {
  const held = await acquire(run, name);
  const lease = keep(run, name, held);
  try {
    return await action({ demand: () => demand(run, name, held) });
  } finally {
    const version = await lease.stop();
    // If it ran out and was taken, the version differs and nothing is removed.
    await run.ports.tables.leases.transact(PARTITION, [{ do: "remove", key: name, version }]);
  }
}

interface Held {
  readonly holder: string;
  readonly version: Version;
}

async function acquire(run: Run, name: string): Promise<Held> {
  const value = leaseOf(run, run.newId());
  const { leases } = run.ports.tables;
  const inserted = await leases.transact(PARTITION, [{ do: "insert", key: name, value }]);
  const taken = inserted.ok ? inserted : await takeOver(run, name, value);
  const version = taken.ok ? taken.versions[0] : undefined;
  if (version === undefined) throw new NotYet(`${name} is being worked on`, RETRY_SECONDS);
  return { holder: value.holder, version };
}

async function takeOver(run: Run, name: string, value: LeaseRow): Promise<Written> {
  const { leases } = run.ports.tables;
  const held: Row<LeaseRow> | undefined = await leases.get(PARTITION, name);
  if (!held) return leases.transact(PARTITION, [{ do: "insert", key: name, value }]);
  // Ours, and the answer was lost on its way.
  if (held.value.holder === value.holder) return { ok: true, versions: [held.version] };
  if (held.value.untilUtc > run.now().toISOString())
    throw new NotYet(`${name} is being worked on`, RETRY_SECONDS);
  return leases.transact(PARTITION, [{ do: "replace", key: name, value, version: held.version }]);
}

async function demand(run: Run, name: string, { holder }: Held): Promise<void> {
  const row = await run.ports.tables.leases.get(PARTITION, name);
  if (row?.value.holder === holder) return;
  run.log.warn("lease lost", { name });
  throw new NotYet(`${name} was taken over by another`, RETRY_SECONDS);
}

/** Renews until it is stopped, which gives the version that the row has then. */
function keep(run: Run, name: string, { holder, ...held }: Held): { stop(): Promise<Version> } {
  let { version } = held;
  let renewing = Promise.resolve();
  const renew = async () => {
    version = (await renewed(run, name, { holder, version })) ?? version;
  };
  const timer = setInterval(() => {
    renewing = renewing.then(renew).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      run.log.warn("lease not renewed", { name, why });
    });
  }, RENEW_MILLISECONDS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await renewing;
      return version;
    },
  };
}

/** `undefined` if somebody else has it. */
async function renewed(run: Run, name: string, { holder, version }: Held): Promise<Version | undefined> {
  const { leases } = run.ports.tables;
  const write = { do: "replace", key: name, value: leaseOf(run, holder), version } as const;
  const written = await leases.transact(PARTITION, [write]);
  if (written.ok) return written.versions[0];
  const row = await leases.get(PARTITION, name);
  if (row?.value.holder === holder) return row.version;
  run.log.warn("lease lost", { name });
  return undefined;
}

function leaseOf(run: Run, holder: string): LeaseRow {
  return { holder, untilUtc: new Date(run.now().getTime() + LEASE_SECONDS * 1000).toISOString() };
}
