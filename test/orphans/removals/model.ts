import type { Invariant } from "../ledger.ts";
import type { Removal } from "../spoilt.ts";
import type { Step } from "../steps.ts";

/** One guard, the text that removes it, and a schedule that breaks an invariant without it. */
export interface Guard<Breaks extends string = Invariant, One = Step> {
  readonly id: string;
  /** What it refuses. */
  readonly refuses: string;
  readonly removal: Removal;
  readonly breaks: Breaks;
  readonly steps: readonly One[];
  /**
   * Ids of other guards that refuse the same schedule: each of them alone is enough, and the invariant breaks only without all of them.
   * Absent: this guard is the only one.
   */
  readonly behind?: readonly string[];
}

/** @returns a builder of guards in one file */
export function guardsIn<Breaks extends string = Invariant, One = Step>(file: string) {
  return (
    id: string,
    { from, to, ...guard }: Omit<Guard<Breaks, One>, "id" | "removal"> & Omit<Removal, "file">,
  ): Guard<Breaks, One> => ({
    id,
    ...guard,
    removal: { file, from, to },
  });
}
