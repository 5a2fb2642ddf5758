/** Runs all doctor checks: several in parallel, each with its timeout, independent of failures of others. Writes nothing. */
import pLimit from "p-limit";
import { NotYet } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { skipped, type Check, type Look, type Outcome } from "./check.ts";
import { countStates, type DoctorReport, type Line } from "./report.ts";
import { waitForAll } from "../core/waitForAll.ts";

const AT_ONCE = 8;

export async function examine(checks: readonly Check[], look: Look): Promise<DoctorReport> {
  const limit = pLimit(AT_ONCE);
  const made = new Map<string, Promise<Made>>();
  for (const check of checks) {
    const needed = check.needs.flatMap((id) => made.get(id) ?? []);
    made.set(check.id, make(check, { look, needed, limit }));
  }
  const lines = (await waitForAll([...made.values()])).flatMap((one) => one.lines);
  return toReport(lines, look);
}

interface Made {
  readonly id: string;
  readonly lines: readonly Line[];
  /** The check could not run. */
  readonly hasNotRun: boolean;
}

interface Making {
  readonly look: Look;
  readonly needed: readonly Promise<Made>[];
  readonly limit: ReturnType<typeof pLimit>;
}

/** Needed checks are awaited outside the limit: inside it they could deadlock. */
async function make(check: Check, { look, needed, limit }: Making): Promise<Made> {
  const failedNeed = (await waitForAll(needed)).find(({ hasNotRun }) => hasNotRun);
  const { outcomes, hasNotRun } = failedNeed
    ? { outcomes: [skipped(`not checked: check ${failedNeed.id} must pass first`)], hasNotRun: true }
    : await limit(() => outcomesOf(check, look));
  return { id: check.id, lines: outcomes.map((one) => toLine(check, one)), hasNotRun };
}

export function toReport(
  lines: readonly Line[],
  { version, run }: { readonly version: string; readonly run: { now(): Date } },
): DoctorReport {
  return { version, atUtc: run.now().toISOString(), counts: countStates(lines), lines: [...lines] };
}

interface Outcomes {
  readonly outcomes: readonly Outcome[];
  readonly hasNotRun: boolean;
}

async function outcomesOf(check: Check, look: Look): Promise<Outcomes> {
  const signal = AbortSignal.any([look.signal, AbortSignal.timeout(check.seconds * 1000)]);
  try {
    const outcomes = await Promise.race([check.look({ ...look, signal }), ended(signal)]);
    return { outcomes, hasNotRun: false };
  } catch (error) {
    return { outcomes: [failed(check, signal.aborted ? undefined : error)], hasNotRun: true };
  }
}

function toLine({ id: check }: Check, { about, ...rest }: Outcome): Line {
  return { check, ...(about !== undefined && { about }), ...rest };
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(new Error("timeout")), { once: true }),
  );
}

/** A check that could not run fails, unless a retry can succeed soon: then it is skipped. */
function failed({ seconds }: Check, error: unknown): Outcome {
  if (error instanceof NotYet) return skipped(error.message);
  const why = error === undefined ? `no answer within ${seconds} seconds` : reasonOf(error);
  return {
    state: "fail",
    message: `could not be checked: ${why}`,
    advice: "fix the reported error, or check whether a firewall or a private network blocks the connection",
  };
}

/** One line; for a failed connection SDKs set only the code of the error. */
export function reasonOf(error: unknown): string {
  const {
    message = "",
    code,
    cause,
  } = error as { message?: string; code?: string; cause?: { code?: string } };
  const [first = ""] = message.split("\n");
  return first || (code ?? cause?.code ?? messageOf(error));
}
