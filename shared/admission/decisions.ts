/** Metrics about admission decisions, and records of what was refused. */
import type { Run } from "../ports/ports.ts";
import { reasonsOf, recordRefusal, type Refusal } from "./refusalStore.ts";
import type { AdmissionResponse } from "./review.ts";
import type { RuleFinding } from "./rule.ts";

export interface Decision {
  readonly cluster: string;
  readonly operation: string;
  readonly response: AdmissionResponse;
  /** False if Mooring could not decide in time and policy `onUnavailable` applied. */
  readonly isDecided: boolean;
  readonly seconds: number;
}

export function recordDecision({ ports: { metrics } }: Run, decision: Decision): void {
  const { cluster, operation, seconds } = decision;
  const verdict = verdictOf(decision);
  metrics.record("mooring.gate.decisions", 1, { verdict, operation, cluster });
  metrics.record("mooring.gate.duration", seconds, { verdict });
}

function verdictOf({ response, isDecided }: Decision): "allow" | "warn" | "deny" | "error" {
  if (!isDecided) return "error";
  if (!response.allowed) return "deny";
  return response.warnings?.length ? "warn" : "allow";
}

/** Takes over work that must not delay a decision: near the deadline it would turn a refusal into an answer of `onUnavailable`. */
export type Afterwards = (work: Promise<void>) => void;

/** A request that rules judged. */
export interface Reviewed extends Pick<Refusal, "cluster" | "namespace" | "name" | "operation" | "mode"> {
  /** A dry run leaves no record. */
  readonly dryRun: boolean;
  /** Absent: the record is written before the decision is returned. */
  readonly afterwards?: Afterwards | undefined;
}

/** Never throws. */
export async function recordFindings(
  run: Run,
  { dryRun, afterwards, ...request }: Reviewed,
  findings: readonly RuleFinding[],
): Promise<void> {
  const { mode } = request;
  for (const { rule, severity } of findings)
    run.ports.metrics.record("mooring.gate.findings", 1, { rule, severity, mode });
  if (!dryRun) await handOver(afterwards, recordRefusal(run, { ...request, reasons: reasonsOf(findings) }));
}

/** Completes the work at once only if it cannot be handed over. */
export async function handOver(afterwards: Afterwards | undefined, work: Promise<void>): Promise<void> {
  if (!afterwards) return work;
  return afterwards(work);
}
