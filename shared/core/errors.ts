/**
 * The closed set of failures that Mooring throws. Expected answers are values, never these.
 * Adapters translate outside errors into this set by status and code; triggers map it to their host.
 */

/** The input can never succeed: invalid settings, malformed document, forbidden value. Never retried. */
export class InvalidInput extends Error {
  override name = "InvalidInput";
  readonly problems: readonly string[];
  constructor(problems: string | readonly string[]) {
    const all = typeof problems === "string" ? [problems] : problems;
    super(all.join("; "));
    this.problems = all;
  }
}

/** Another writer changed the data: read them again, a bounded number of times. */
export class Conflict extends Error {
  override name = "Conflict";
}

/** Not possible yet, but expected to be possible later; not an error in the log. Queue work is sent again after the delay. */
export class NotYet extends Error {
  override name = "NotYet";
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * A write was sent, and its result is not certain: Azure still processes it, or its response was lost. It may have been
 * made, and may still be made.
 */
export class ResultUnknown extends NotYet {
  override name = "ResultUnknown";
  constructor(message: string) {
    super(message, RESULT_SECONDS);
  }
}

/** Writes of load balancers and Private Link Services take seconds. */
const RESULT_SECONDS = 30;

/** Another process does the same work, or started it later with newer data. Not a failure. */
export class Superseded extends NotYet {}

/**
 * A cluster has to report first. If it does not, the work has not failed: a separate finding reports silent clusters, and the next
 * timer requests the same work.
 */
export class AwaitsReport extends NotYet {
  override name = "AwaitsReport";
}

/** Part of the work is done and written; the rest failed, as the message states. Counts as failed, and the host delivers it again. */
export class Incomplete extends Error {
  override name = "Incomplete";
}

/**
 * Not allowed: authorization, a lock, a guard. Queue work that is refused has failed: the host delivers it again, because a role
 * assignment takes minutes to become effective, and after the last delivery an operator sees it in the poison queue.
 */
export class Refused extends Error {
  override name = "Refused";
}

/** The subject of the work no longer exists, or its result is no longer needed. Ends with a warning. */
export class Obsolete extends Error {
  override name = "Obsolete";
}

/** The first error that needs more than time; if all are NotYet, the one with the longest delay. Pure. */
export function worstOf(errors: readonly unknown[]): unknown {
  const lasting = errors.find((error) => !(error instanceof NotYet));
  if (lasting !== undefined) return lasting;
  const passing = errors.filter((error) => error instanceof NotYet);
  return passing.toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0];
}
