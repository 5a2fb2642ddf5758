/**
 * What is fuzzed: one way into the app for text from outside, and what must hold whatever the text. The same table is run in short by
 * `fuzz.test.ts` and at length, guided by coverage, by `npm run fuzz`.
 */
import { InvalidInput } from "../../shared/core/errors.ts";

export interface Target {
  readonly name: string;
  /** Well-formed or nearly well-formed texts: the seeds of the fuzzer. */
  readonly seeds: readonly string[];
  /** @throws whatever breaks the promise of what is fuzzed */
  readonly check: (text: string) => void | Promise<void>;
}

export function hold(promise: boolean, what: string): asserts promise {
  if (!promise) throw new Error(`broken promise: ${what}`);
}

/** The result; `undefined` if the input is refused with an `InvalidInput` that contains problems. */
export function refusable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    demandRefusal(error);
    return undefined;
  }
}

/** The same for what takes its time. */
export async function refusableLater<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    demandRefusal(error);
    return undefined;
  }
}

function demandRefusal(error: unknown): void {
  if (!(error instanceof InvalidInput)) throw error;
  hold(error.problems.length > 0, "a refusal has a reason");
  for (const problem of error.problems) hold(!/\n\s+at /.test(problem), `no stack trace: ${problem}`);
}

/** The text as JSON; the text itself where it is none, so that no input is lost. */
export function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
