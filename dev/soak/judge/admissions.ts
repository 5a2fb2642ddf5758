/** Judges admissions as the API server sees them: before the deadline, and refused where they must be. Measures them. Pure. */
import type { Violation } from "./violation.ts";

/** `timeoutSeconds` of the webhook. */
export const DEADLINE_MILLISECONDS = 5000;

/** Which faults are active. */
export type Phase = "quiet" | "lists" | "faults" | "after";

export interface Admission {
  readonly phase: Phase;
  readonly cluster: string;
  readonly address: string;
  /** Another cluster's Service was admitted with the address before the request was sent. */
  readonly isTaken: boolean;
  /** Two clusters requested it at the same time: one of them is refused. */
  readonly isContested: boolean;
  /** HTTP status; 0 if the connection broke or no answer came. */
  readonly status: number;
  /** Absent without a review's answer. */
  readonly allowed?: boolean;
  readonly message: string;
  readonly milliseconds: number;
}

/** Mooring refused without a decision. */
const NOT_CHECKED = /could not check/;
const TOO_MANY = 429;
const ANSWERED = 200;

export function judgeAdmissions(admissions: readonly Admission[]): Violation[] {
  return [...admissions.flatMap(judgeOne), ...admittedTwice(admissions)];
}

/** Invariants that also break on a busy machine. */
const TIMED = new Set(["answered in time", "answered", "admitted"]);
/** Highest event loop delay of the sender with which times are valid, p99 in milliseconds. */
const MAX_SENDER_DELAY = 250;

/** If the sender itself was late, its times are invalid: one violation replaces all those of times, and the others are judged. */
export function demandMeasurable(found: readonly Violation[], senderDelay: number): Violation[] {
  if (senderDelay <= MAX_SENDER_DELAY) return [...found];
  const untimed = found.filter(({ invariant }) => !TIMED.has(invariant));
  const says = `the machine is too busy to measure: event loop delay of the sender ${senderDelay} ms (p99), limit ${MAX_SENDER_DELAY} ms`;
  return [...untimed, { invariant: "measurable", says }];
}

function judgeOne(one: Admission): Violation[] {
  const found = (invariant: string, says: string) => [{ invariant, says, evidence: one }];
  const { phase, status, allowed, isTaken, isContested, message, milliseconds } = one;
  if (milliseconds > DEADLINE_MILLISECONDS)
    return found("answered in time", `an answer took ${Math.round(milliseconds)} ms`);
  if (status === TOO_MANY)
    return found("fair share", `${one.cluster} was limited for another cluster's requests`);
  if (allowed === true && isTaken)
    return found("one owner", `${one.address} was admitted for a second cluster`);
  if (phase === "faults") return [];
  if (status !== ANSWERED) return found("answered", `status ${status} without a fault`);
  if (NOT_CHECKED.test(message)) return found("answered", `not decided without a fault: ${message}`);
  if (allowed === false && !isTaken && !isContested)
    return found("admitted", `a valid Service was refused: ${message}`);
  return [];
}

/** Also finds concurrent requests. */
function admittedTwice(admissions: readonly Admission[]): Violation[] {
  const admitted = admissions.filter(({ allowed }) => allowed);
  return [...Map.groupBy(admitted, ({ address }) => address)].flatMap(([address, all]) => {
    const clusters = new Set(all.map(({ cluster }) => cluster));
    if (clusters.size < 2) return [];
    return [
      {
        invariant: "one owner",
        says: `${address} was admitted for ${clusters.size} clusters`,
        evidence: all,
      },
    ];
  });
}

export interface Times {
  readonly phase: Phase;
  readonly requests: number;
  readonly answered: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** Milliseconds of answered reviews per phase. */
export function timesOf(admissions: readonly Admission[]): Times[] {
  return [...Map.groupBy(admissions, ({ phase }) => phase)].map(([phase, all]) => {
    const sorted = all
      .filter(({ status }) => status === ANSWERED)
      .map(({ milliseconds }) => milliseconds)
      .toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return { phase, requests: all.length, answered: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
  });
}
