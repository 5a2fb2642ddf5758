/** Many times the same, by several clients at once. */
import { milliseconds } from "./figures.ts";

const DECISIONS = 400;

export interface Measured {
  readonly each: readonly number[];
  /** Per second. */
  readonly rate: number;
}

export async function measure(clients: number, one: (n: number) => Promise<unknown>): Promise<Measured> {
  const each: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < DECISIONS) {
      const n = next;
      next += 1;
      each.push(await milliseconds(() => one(n)));
    }
  };
  const total = await milliseconds(() => Promise.all(Array.from({ length: clients }, client)));
  return { each, rate: (DECISIONS * 1000) / total };
}
