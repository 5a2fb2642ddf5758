/**
 * The closed set of failures that Mooring throws. Expected answers are values, never these.
 * Adapters translate outside errors into this set by status and code; triggers map it to their host.
 */

/** The input can never succeed: bad settings, malformed document, forbidden value. Never retried. */
export class InvalidInput extends Error {
  override name = "InvalidInput";
  readonly problems: readonly string[];
  constructor(problems: string | readonly string[]) {
    const all = typeof problems === "string" ? [problems] : problems;
    super(all.join("; "));
    this.problems = all;
  }
}

/** Somebody changed the thing underneath: read again, a bounded number of times. */
export class Conflict extends Error {
  override name = "Conflict";
}

/** Not possible yet, expected to be later; not an error in the log. Queue work is sent again after the delay. */
export class NotYet extends Error {
  override name = "NotYet";
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Another process does the same work, or began it later and knows more: nothing has failed. */
export class Superseded extends NotYet {}

/**
 * A cluster has to report first. Work that waited in vain is not a failure: a silent cluster is a finding of its own, and the next timer asks
 * for the same work.
 */
export class AwaitsReport extends NotYet {
  override name = "AwaitsReport";
}

/** What was possible is done and written; the rest failed, as the message states. The host delivers it again, and counts it as failed. */
export class Incomplete extends Error {
  override name = "Incomplete";
}

/**
 * Not ours or not allowed: authorization, a lock, a guard. Queue work that is refused has failed: the host delivers it again, since a
 * role assignment takes minutes to become effective, and an operator sees it in the end.
 */
export class Refused extends Error {
  override name = "Refused";
}

/** What the work is about does not exist any more, or its result is not needed: nothing is left to do. Ends with a warning. */
export class Obsolete extends Error {
  override name = "Obsolete";
}
