/** Advisories that do not concern Mooring, by their id, each with why, and until when that stands. `docs/dependencies.md` tells how they come here. */
export interface Exception {
  readonly why: string;
  /** The day on which somebody looks again: from then on it counts. */
  readonly untilDate: string;
}

export const EXCEPTIONS: Readonly<Record<string, Exception>> = {};
