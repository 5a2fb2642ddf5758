/** Keeps stored data and code on the same schema version. `app.ts` puts it between use cases and storage. */
import { Refused } from "../core/errors.ts";
import type { Ports, Run, Tables } from "../ports/ports.ts";
import { guardPorts } from "./guardPorts.ts";
import { migrate } from "./migrate.ts";
import { newestOf, SCHEMA } from "./schema.ts";
import { STEPS, type Step } from "./steps.ts";
import { watchSchema } from "./watchSchema.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface SchemaKeeper {
  /** The guarded ports for every use case. */
  readonly ports: Ports;
  /**
   * Must precede any work: upgrades older data. @throws Refused if the data are newer than this version · NotYet while another
   * process upgrades them
   */
  prepare(run: Run): Promise<void>;
  /**
   * For the command line, which may be newer than the running app: initialises empty storage, but upgrades nothing.
   * @throws Refused if the data have another schema version
   */
  demandCurrent(run: Run): Promise<void>;
  /** For admission, which does not wait for an upgrade. @throws Refused if the data are newer than this version */
  demandKnown(run: Run): Promise<void>;
}

interface Options {
  readonly now: () => Date;
  /** The upgrade steps of this version; fewer simulate an older version. */
  readonly steps?: readonly Step[];
}

/** True if there is no registered cluster, policy, scan or audit: one of them exists in any used storage. */
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

/** Empty storage has the newest schema version. Another process may record this at the same time. */
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
    // Concurrent callers in this process share the result.
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
        `the stored data have schema version ${stored}, but this version of Mooring requires ${known}: upgrade the app, which upgrades the data, or use the command line of the app's version`,
      );
    },
    async demandKnown(run) {
      await standing(run);
    },
  };
}
