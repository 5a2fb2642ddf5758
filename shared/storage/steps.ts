/** Every change of the form of stored data, in order; form 1 is what was stored before there was a number. */
import type { Run, Tables } from "../ports/ports.ts";

export interface Step {
  readonly to: number;
  /** What is otherwise from then on, for people. */
  readonly title: string;
  /** Nobody reads or writes these while the step is pending. Whatever else there is goes on: the gate never waits for audits. */
  readonly touches: readonly (keyof Tables)[];
  /** May die anywhere, be done again any number of times, and by two at once. */
  migrate(run: Run): Promise<void>;
}

export const STEPS: readonly Step[] = [
  {
    to: 2,
    title: "the scopes of an audit are rows of their own, so that an estate may have as many as it likes",
    touches: ["runs", "progress"],
    async migrate(run) {
      const { toSchema2 } = await import("../audit/schema2.ts");
      await toSchema2(run);
    },
  },
  {
    to: 3,
    title: "Services claim addresses and names, and a claim that is confirmed has no clock",
    // Admission goes on: rows are converted by version.
    touches: [],
    async migrate(run) {
      const { toSchema3 } = await import("../inventory/schema3.ts");
      await toSchema3(run);
    },
  },
];
