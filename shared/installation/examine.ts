/** Runs every check of an installation: some at once, each within its time, and none stops another. Writes nothing. */
import pLimit from "p-limit";
import { NotYet } from "../errors.ts";
import { skipped, type Check, type Look, type Outcome } from "./check.ts";
import { countStates, type DoctorReport, type Line } from "./report.ts";

const AT_ONCE = 8;

export async function examine(checks: readonly Check[], look: Look): Promise<DoctorReport> {
  const limit = pLimit(AT_ONCE);
  const lines = await Promise.all(checks.map((check) => limit(() => linesOf(check, look))));
  return toReport(lines.flat(), look);
}

export function toReport(
  lines: readonly Line[],
  { version, run }: { readonly version: string; readonly run: { now(): Date } },
): DoctorReport {
  return { version, atUtc: run.now().toISOString(), counts: countStates(lines), lines: [...lines] };
}

async function linesOf(check: Check, look: Look): Promise<Line[]> {
  const signal = AbortSignal.any([look.signal, AbortSignal.timeout(check.seconds * 1000)]);
  const outcomes = await Promise.race([check.look({ ...look, signal }), ended(signal)]).catch(
    (error: unknown): Outcome[] => [failed(check, signal.aborted ? undefined : error)],
  );
  return outcomes.map(({ about, ...rest }) => ({
    check: check.id,
    ...(about !== undefined && { about }),
    ...rest,
  }));
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
  return first || (code ?? cause?.code ?? String(error));
}
