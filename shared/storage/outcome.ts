/**
 * Last outcome of each recurring operation, one row for each operation and subject (subscription, cluster or audit scope). Written by
 * `record.ts`; read by health, doctor, findings and metrics. Partition = operation; key = subject.
 */
import { AwaitsReport, NotYet, Refused } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { OPERATIONS, type Operation } from "../ports/instruments.ts";
import type { Run } from "../ports/ports.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly outcomes: Table<Outcome>;
  }
}

/** `denied`: Azure refused a read, or Mooring refused a list. `unavailable`: throttled or busy, may be transient. */
export type Reason = "denied" | "unavailable" | "failed";

export const REASONS: Readonly<Record<Reason, string>> = {
  denied: "permission denied",
  unavailable: "throttled or busy",
  failed: "error",
};

export interface Failure {
  readonly atUtc: string;
  /** At most 1,000 characters. */
  readonly cause: string;
  readonly reason: Reason;
}

export interface Outcome {
  readonly operation: Operation;
  /** `subscription:ID`, `cluster:NAME`, or another scope of an audit. */
  readonly subject: string;
  readonly succeededAtUtc?: string;
  /** The last failure, also after a later success. */
  readonly failure?: Failure;
  /** Present while failing: time of the first failure since the last success. */
  readonly failingSinceUtc?: string;
}

export interface Failing extends Outcome {
  readonly failure: Failure;
  readonly failingSinceUtc: string;
}

export function subscriptionSubject(subscription: string): string {
  return `subscription:${subscription.toLowerCase()}`;
}

export function clusterSubject(name: string): string {
  return `cluster:${name}`;
}

export function isFailing(outcome: Outcome): outcome is Failing {
  return outcome.failingSinceUtc !== undefined;
}

/** A transient failure is expected to end within this time. */
export const TRANSIENT_MINUTES = 30;

/** True for throttled or busy operations that have not failed for long. Pure. */
export function isTransient({ failure, failingSinceUtc }: Failing, nowUtc: string): boolean {
  const minutes = (Date.parse(nowUtc) - Date.parse(failingSinceUtc)) / 60_000;
  return failure.reason === "unavailable" && minutes < TRANSIENT_MINUTES;
}

/** Name of the cluster, if the subject is a cluster. */
export function clusterOf({ subject }: Pick<Outcome, "subject">): string | undefined {
  return /^cluster:(.+)$/.exec(subject)?.[1];
}

const CAUSE_CHARACTERS = 1_000;

export function toFailure(error: unknown, atUtc: string): Failure {
  return { atUtc, cause: messageOf(error).slice(0, CAUSE_CHARACTERS), reason: reasonOf(error) };
}

function reasonOf(error: unknown): Reason {
  if (error instanceof Refused) return "denied";
  return error instanceof NotYet && !(error instanceof AwaitsReport) ? "unavailable" : "failed";
}

/** All outcomes, by operation. */
export async function* listOutcomes({ ports }: Pick<Run, "ports">): AsyncIterable<Outcome> {
  for (const operation of OPERATIONS)
    for await (const { value } of ports.tables.outcomes.list(operation)) yield value;
}

/** Outcomes whose last run failed. */
export async function listFailing(run: Pick<Run, "ports">): Promise<Failing[]> {
  const failing: Failing[] = [];
  for await (const outcome of listOutcomes(run)) if (isFailing(outcome)) failing.push(outcome);
  return failing;
}

/** Records the gauge of each operation, also of those without a failure. */
export async function measureOutcomes(run: Run): Promise<void> {
  const failing = await listFailing(run);
  for (const operation of OPERATIONS) {
    const { length } = failing.filter((one) => one.operation === operation);
    run.ports.metrics.record("mooring.operations.failing", length, { operation });
  }
}
