/** Stored data and this code, kept together: what `app.ts` puts between the use cases and storage. */
import { Refused } from "../core/errors.ts";
import type { Ports, Run, Tables } from "../ports/ports.ts";
import { guardPorts } from "./guardPorts.ts";
import { migrate } from "./migrate.ts";
import { newestOf, SCHEMA } from "./schema.ts";
import { STEPS, type Step } from "./steps.ts";
import { watchSchema } from "./watchSchema.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface SchemaKeeper {
  /** For every use case. */
  readonly ports: Ports;
  /**
   * Comes before any work: brings older data forward. @throws Refused if the data are newer than this code · NotYet while another process
   * upgrades them
   */
  prepare(run: Run): Promise<void>;
  /**
   * For the command line, which may be newer than the app that runs: it brings nothing forward but storage that has nothing yet.
   * @throws Refused if the data are of another form than this code's
   */
  demandCurrent(run: Run): Promise<void>;
  /** For the gate, which waits for no upgrade. @throws Refused if the data are newer than this code */
  demandKnown(run: Run): Promise<void>;
}

interface Options {
  readonly now: () => Date;
  /** What this code knows; fewer make an older version of it. */
  readonly steps?: readonly Step[];
}

/** True if nobody has registered a cluster, applied a policy, scanned or audited: an app does so, or a person, before all else. */
async function isNew(tables: Tables): Promise<boolean> {
  const rows = [
    tables.schema.list(SCHEMA.partition),
    tables.clusters.list("all"),
    tables.policies.list("policy"),
    tables.vnets.list("all"),
    tables.runs.list("all"),
  ].map(async (rows: AsyncIterable<unknown>) => (await rows[Symbol.asyncIterator]().next()).done === true);
  return (await waitForAll(rows)).every(Boolean);
}

/** Storage that has nothing yet is of the newest form; whoever else says so at the same time is right, too. */
async function begin({ ports: { tables }, now }: Pick<Run, "ports" | "now">, version: number): Promise<void> {
  const value = { version, changedAtUtc: now().toISOString() };
  if (await isNew(tables))
    await tables.schema.transact(SCHEMA.partition, [{ do: "insert", key: SCHEMA.key, value }]);
}

export function keepSchema(ports: Ports, { now, steps = STEPS }: Options): SchemaKeeper {
  const watch = watchSchema(ports.tables, { steps, now });
  const standing = async ({ ports: { metrics } }: Run) => {
    const { is, problem } = await watch.standing();
    if (problem === undefined) return is;
    metrics.record("mooring.schema.refused", 1, {});
    throw new Refused(problem);
  };
  let upgrading: Promise<void> | undefined;
  const upgrade = async (run: Run) => {
    await migrate({ ...run, ports }, steps);
    watch.forget();
  };
  const isCurrent = async (run: Run) => {
    if ((await standing(run)) === "current") return true;
    await begin({ ports, now }, newestOf(steps));
    watch.forget();
    return (await standing(run)) === "current";
  };
  const prepare = async (run: Run) => {
    if (await isCurrent(run)) return;
    // Whoever else asks in this process waits for it.
    upgrading ??= upgrade(run).finally(() => (upgrading = undefined));
    await upgrading;
  };
  return {
    ports: guardPorts(ports, watch, steps),
    prepare,
    async demandCurrent(run) {
      if (await isCurrent(run)) return;
      const { stored, known } = await watch.standing();
      throw new Refused(
        `the stored data are of schema ${stored}, this version of Mooring knows ${known}: upgrade the app, which brings them forward, or use the command line of its version`,
      );
    },
    async demandKnown(run) {
      await standing(run);
    },
  };
}
