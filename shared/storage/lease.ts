/**
 * Serialises work on one name with a lease of the storage service. The lease is renewed by a timer for as long as the work takes, and
 * expires within a minute after its holder died. Wall clocks of hosts are never compared.
 */
import { Superseded } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";

/** Three renewals may fail before a lease expires. */
const RENEW_MILLISECONDS = 15_000;

/** How soon to try again when another holder has the lease, unless the caller states how long its work takes. */
const RETRY_SECONDS = 15;

export interface Lease {
  /**
   * Call it before writing what was read earlier: a holder that could not renew for a minute may have lost the lease to another holder,
   * whose reads are newer. The storage service decides. @throws Superseded if the lease is lost
   */
  demand(): Promise<void>;
}

interface Held {
  readonly name: string;
  readonly leaseId: string;
}

/**
 * Runs `action` while holding the lease `name`, however long it takes, and releases it afterwards. A holder that cannot renew it,
 * because storage is unavailable, may lose it to another: versions keep their writes apart.
 * @throws Superseded if another holder has it
 */
export async function withLease<T>(
  run: Run,
  name: string,
  action: (lease: Lease) => Promise<T>,
  retrySeconds = RETRY_SECONDS,
): Promise<T> {
  const held = await acquire(run, name, retrySeconds);
  const timer = keep(run, held);
  try {
    return await action({ demand: () => demand(run, held) });
  } finally {
    await timer.stop();
    await release(run, held);
  }
}

async function acquire(run: Run, name: string, retrySeconds: number): Promise<Held> {
  const held = { name, leaseId: run.newId() };
  try {
    if ((await run.ports.leases.acquire(name, held.leaseId)) === "acquired") return held;
  } catch (error) {
    // The answer may be lost and the lease ours: without a release the name would be blocked until it expires.
    await release(run, held);
    throw error;
  }
  throw new Superseded(`${name} is being worked on`, retrySeconds);
}

async function demand(run: Run, { name, leaseId }: Held): Promise<void> {
  if ((await run.ports.leases.renew(name, leaseId)) === "renewed") return;
  run.log.warn("lease lost", { name });
  throw new Superseded(`the lease on ${name} expired and was acquired by another process`, RETRY_SECONDS);
}

/** Renews one after the other until it is stopped. */
function keep(run: Run, held: Held): { stop(): Promise<void> } {
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(() => renew(run, held));
  }, RENEW_MILLISECONDS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await renewing;
    },
  };
}

async function renew(run: Run, { name, leaseId }: Held): Promise<void> {
  try {
    if ((await run.ports.leases.renew(name, leaseId)) === "lost") run.log.warn("lease lost", { name });
  } catch (error) {
    run.log.warn("lease not renewed", { name, why: reasonOf(error) });
  }
}

/** Never fails: the work is done whether or not the name is freed at once, and an unreleased lease expires. */
async function release(run: Run, { name, leaseId }: Held): Promise<void> {
  try {
    await run.ports.leases.release(name, leaseId);
  } catch (error) {
    run.log.warn("lease not released", { name, why: reasonOf(error) });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
