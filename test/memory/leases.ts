import { LEASE_SECONDS, type Leases } from "../../shared/ports/leases.ts";
import { CallLog } from "./callLog.ts";

interface Held {
  readonly leaseId: string;
  untilSecond: number;
}

/** Leases of a simulated storage service, whose clock only `advance` moves. */
export class MemoryLeases implements Leases {
  readonly calls = new CallLog();
  readonly #held = new Map<string, Held>();
  #second = 0;
  #lostAnswers = 0;

  /** Lets the service's clock go on. */
  advance(seconds: number): void {
    this.#second += seconds;
  }

  /** The next call takes effect, and its answer does not arrive. */
  loseNextAnswer(): void {
    this.#lostAnswers += 1;
  }

  /** Names that are held now. */
  names(): string[] {
    return [...this.#held].filter(([, held]) => this.#isActive(held)).map(([name]) => name);
  }

  async acquire(name: string, leaseId: string): Promise<"acquired" | "held"> {
    await this.calls.record("acquire", name, leaseId);
    const held = this.#held.get(name);
    const isFree = !held || held.leaseId === leaseId || !this.#isActive(held);
    if (isFree) this.#held.set(name, { leaseId, untilSecond: this.#second + LEASE_SECONDS });
    return this.#answer(isFree ? "acquired" : "held");
  }

  async renew(name: string, leaseId: string): Promise<"renewed" | "lost"> {
    await this.calls.record("renew", name, leaseId);
    const held = this.#held.get(name);
    if (held?.leaseId !== leaseId) return this.#answer("lost");
    held.untilSecond = this.#second + LEASE_SECONDS;
    return this.#answer("renewed");
  }

  async release(name: string, leaseId: string): Promise<"released" | "lost"> {
    await this.calls.record("release", name, leaseId);
    const held = this.#held.get(name);
    const isOurs = held?.leaseId === leaseId && this.#isActive(held);
    if (held && (isOurs || !this.#isActive(held))) this.#held.delete(name);
    return this.#answer(isOurs ? "released" : "lost");
  }

  #isActive({ untilSecond }: Held): boolean {
    return untilSecond > this.#second;
  }

  #answer<T>(answer: T): T {
    if (this.#lostAnswers === 0) return answer;
    this.#lostAnswers -= 1;
    throw new Error("socket hang up");
  }
}
