/**
 * Advisories that do not affect Mooring, by id, each with reason and expiry.
 * `docs/contributing/dependencies.md` describes how to add one.
 */
export interface Exception {
  readonly why: string;
  /** Date of the next review: from then on the advisory counts. */
  readonly untilDate: string;
}

export const EXCEPTIONS: Readonly<Record<string, Exception>> = {};
