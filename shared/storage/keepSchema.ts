/** Stored data and this code, kept together: what `app.ts` puts between the use cases and storage. */
import { Refused } from "../errors.ts";
import type { Ports, Run } from "../ports.ts";
import { guardPorts } from "./guardPorts.ts";
import { migrate } from "./migrate.ts";
import { STEPS, type Step } from "./steps.ts";
import { watchSchema } from "./watchSchema.ts";

export interface SchemaKeeper {
  /** For every use case. */
  readonly ports: Ports;
  /**
   * Comes before any work: brings older data forward. @throws Refused if the data are newer than this code · NotYet while another process
   * upgrades them
   */
  prepare(run: Run): Promise<void>;
  /** For the gate, which waits for no upgrade. @throws Refused if the data are newer than this code */
  demandKnown(run: Run): Promise<void>;
}

interface Options {
  readonly now: () => Date;
  /** What this code knows; fewer make an older version of it. */
  readonly steps?: readonly Step[];
}

export function keepSchema(ports: Ports, { now, steps = STEPS }: Options): SchemaKeeper {
  const watch = watchSchema(ports.tables, { steps, now });
  const standing = async ({ ports: { metrics } }: Run) => {
    const { is, problem } = await watch.standing();
    if (problem === undefined) return is;
    metrics.record("mooring.schema.refused", 1, {});
    throw new Refused(problem);
  };
  return {
    ports: guardPorts(ports, watch, steps),
    async prepare(run) {
      if ((await standing(run)) === "current") return;
      await migrate({ ...run, ports }, steps);
      watch.forget();
    },
    async demandKnown(run) {
      await standing(run);
    },
  };
}
