/** All schema changes, in order. Version 1 is the schema before versions were recorded. */
import type { Run, Tables } from "../ports/ports.ts";

export interface Step {
  readonly to: number;
  /** Description of the change, for operators. */
  readonly title: string;
  /** Tables that cannot be read or written while the step is pending. Other tables stay available: admission does not depend on audits. */
  readonly touches: readonly (keyof Tables)[];
  /** Must be idempotent, safe to interrupt and safe to run concurrently. */
  migrate(run: Run): Promise<void>;
}

export const STEPS: readonly Step[] = [
  {
    to: 2,
    title: "store each scope of an audit in its own row, to remove the limit on their number",
    touches: ["runs", "progress"],
    async migrate(run) {
      // oxlint-disable-next-line no-restricted-imports -- a step reads the rows that it converts
      const { toSchema2 } = await import("../audit/schema2.ts");
      await toSchema2(run);
    },
  },
  {
    to: 3,
    title: "store claims of addresses and names by Service; confirmed claims do not expire",
    // Admission continues during this step: rows are converted with optimistic concurrency.
    touches: [],
    async migrate(run) {
      // oxlint-disable-next-line no-restricted-imports -- a step reads the rows that it converts
      const { toSchema3 } = await import("../inventory/schema3.ts");
      await toSchema3(run);
    },
  },
];
