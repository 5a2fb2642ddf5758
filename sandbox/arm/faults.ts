/** Faults on demand: each matches requests and does one thing a number of times. */
import { randomUUID } from "node:crypto";

export type FaultAction =
  | { kind: "latency"; milliseconds: number }
  | { kind: "error"; status: number; code?: string; retryAfterSeconds?: number }
  | { kind: "reset" }
  /** The request is carried out, its answer never arrives. */
  | { kind: "loseAnswer" }
  | { kind: "failOperation"; code?: string }
  /** Released by removing the fault. */
  | { kind: "hangOperation" };

export interface Fault {
  id: string;
  /** Absent: any. */
  method?: string;
  /** Regular expression on the path, without case. Absent: any. */
  path?: string;
  /** Name of the caller in its token. Absent: anybody. */
  caller?: string;
  action: FaultAction;
  /** How often still; absent: until removed. */
  times?: number;
}

const BEFORE = new Set(["latency", "error", "reset"]);

export class Faults {
  readonly #faults = new Map<string, Fault>();

  add(fault: Omit<Fault, "id">): Fault {
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
