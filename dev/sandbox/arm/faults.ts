/** Faults on demand: each matches requests and does one thing a number of times. */
import { randomUUID } from "node:crypto";
import * as z from "zod";

const FaultAction = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("latency"), milliseconds: z.int().min(0) }),
  z.strictObject({
    kind: z.literal("error"),
    status: z.int().min(400).max(599),
    code: z.string().optional(),
    retryAfterSeconds: z.int().min(0).optional(),
  }),
  z.strictObject({ kind: z.literal("reset") }),
  /** The request is carried out, its answer never arrives. */
  z.strictObject({ kind: z.literal("loseAnswer") }),
  /** Its `Date` header is off by so many seconds, as if one of the two clocks were. */
  z.strictObject({ kind: z.literal("skewClock"), seconds: z.int() }),
  z.strictObject({ kind: z.literal("failOperation"), code: z.string().optional() }),
  /** Released by removing the fault. */
  z.strictObject({ kind: z.literal("hangOperation") }),
]);
export type FaultAction = z.infer<typeof FaultAction>;

export const NewFault = z.strictObject({
  /** Absent: any. */
  method: z.string().optional(),
  /** Regular expression on the path, without case. Absent: any. */
  path: z.string().refine(isExpression, "is no regular expression").optional(),
  /** Name of the caller in its token. Absent: every caller. */
  caller: z.string().optional(),
  action: FaultAction,
  /** How often still; absent: until removed. */
  times: z.int().min(1).optional(),
});
export type NewFault = z.infer<typeof NewFault>;
export type Fault = NewFault & { id: string };

function isExpression(text: string): boolean {
  try {
    return new RegExp(text, "i") instanceof RegExp;
  } catch {
    return false;
  }
}

const BEFORE = new Set(["latency", "error", "reset"]);

export class Faults {
  readonly #faults = new Map<string, Fault>();

  add(fault: NewFault): Fault {
    const added = { id: randomUUID(), ...fault };
    this.#faults.set(added.id, added);
    return added;
  }

  remove(id: string): boolean {
    return this.#faults.delete(id);
  }

  clear(): void {
    this.#faults.clear();
  }

  list(): Fault[] {
    return [...this.#faults.values()];
  }

  has(id: string): boolean {
    return this.#faults.has(id);
  }

  /** The fault that the request runs into before it is carried out, counted. */
  before(request: { method: string; path: string; caller: string }): Fault | undefined {
    return this.#take(request, ({ kind }) => BEFORE.has(kind));
  }

  /** The fault that awaits its answer or its operation, counted. */
  after(
    request: { method: string; path: string; caller: string },
    kind: FaultAction["kind"],
  ): Fault | undefined {
    return this.#take(request, (action) => action.kind === kind);
  }

  #take(
    request: { method: string; path: string; caller: string },
    fits: (action: FaultAction) => boolean,
  ): Fault | undefined {
    const fault = this.list().find((candidate) => fits(candidate.action) && matches(candidate, request));
    if (fault?.times === undefined) return fault;
    fault.times -= 1;
    if (fault.times <= 0) this.#faults.delete(fault.id);
    return fault;
  }
}

function matches(
  fault: Fault,
  { method, path, caller }: { method: string; path: string; caller: string },
): boolean {
  return (
    (fault.method === undefined || fault.method === method) &&
    (fault.path === undefined || new RegExp(fault.path, "i").test(path)) &&
    (fault.caller === undefined || fault.caller === caller)
  );
}
