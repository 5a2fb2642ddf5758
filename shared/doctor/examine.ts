/** Runs every check of an installation: some at once, each within its time, and none stops another. Writes nothing. */
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
  /** It could not be checked. */
  readonly isBlind: boolean;
}

interface Making {
  readonly look: Look;
  readonly needed: readonly Promise<Made>[];
  readonly limit: ReturnType<typeof pLimit>;
}

/** Waits for what it needs outside the limit: nobody may wait for a place that another holds. */
async function make(check: Check, { look, needed, limit }: Making): Promise<Made> {
  const blind = (await waitForAll(needed)).find(({ isBlind }) => isBlind);
  const { outcomes, isBlind } = blind
    ? { outcomes: [skipped(`check ${blind.id} comes first`)], isBlind: true }
    : await limit(() => outcomesOf(check, look));
  return { id: check.id, lines: outcomes.map((one) => toLine(check, one)), isBlind };
}

export function toReport(
  lines: readonly Line[],
  { version, run }: { readonly version: string; readonly run: { now(): Date } },
): DoctorReport {
  return { version, atUtc: run.now().toISOString(), counts: countStates(lines), lines: [...lines] };
}

interface Outcomes {
  readonly outcomes: readonly Outcome[];
  readonly isBlind: boolean;
}

async function outcomesOf(check: Check, look: Look): Promise<Outcomes> {
  const signal = AbortSignal.any([look.signal, AbortSignal.timeout(check.seconds * 1000)]);
  try {
    const outcomes = await Promise.race([check.look({ ...look, signal }), ended(signal)]);
    return { outcomes, isBlind: false };
  } catch (error) {
    return { outcomes: [failed(check, signal.aborted ? undefined : error)], isBlind: true };
  }
}

function toLine({ id: check }: Check, { about, ...rest }: Outcome): Line {
  return { check, ...(about !== undefined && { about }), ...rest };
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(new Error("its time is over")), { once: true }),
  );
}

/** Not to be able to look is a failure too, unless it can be looked at soon. */
function failed({ seconds }: Check, error: unknown): Outcome {
  if (error instanceof NotYet) return skipped(error.message);
  const why = error === undefined ? `no answer within ${seconds} seconds` : reasonOf(error);
  return {
    state: "fail",
    message: `could not be checked: ${why}`,
    advice: "mend what the message says, or see whether a firewall or a private network is in between",
  };
}

/** One line; what SDKs say of a dead connection is in the error's code. */
export function reasonOf(error: unknown): string {
  const {
    message = "",
    code,
    cause,
  } = error as { message?: string; code?: string; cause?: { code?: string } };
  const [first = ""] = message.split("\n");
  return first || (code ?? cause?.code ?? messageOf(error));
}
