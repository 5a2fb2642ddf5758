/** The lease of a cluster's reports: a report is received under it, and a registration changed that reports are judged by. */
import { Conflict, Superseded } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { withLease, type Lease } from "../storage/lease.ts";

/** The sender of a cluster posts again after so long. */
const BUSY_SECONDS = 2;

/** @throws Superseded if another report of the cluster is being received */
export function asOnlyReport<T>(
  run: Run,
  cluster: string,
  receive: (lease: Lease) => Promise<T>,
): Promise<T> {
  return withLease(run, leaseOf(cluster), receive, BUSY_SECONDS);
}

/**
 * No report of these clusters is received meanwhile: one that was judged by the earlier registration would
 * leave its declarations.
 * @throws Conflict while one of them reports
 */
export async function betweenReports<T>(
  run: Run,
  [name, ...others]: readonly string[],
  action: () => Promise<T>,
): Promise<T> {
  if (name === undefined) return action();
  try {
    return await withLease(run, leaseOf(name), () => betweenReports(run, others, action));
  } catch (error) {
    if (!(error instanceof Superseded)) throw error;
    throw new Conflict(`cluster ${name} is sending a report at this moment: try again`, { cause: error });
  }
}

function leaseOf(cluster: string): string {
  return `report of ${cluster}`;
}
