/** Lets code use only stored data of its schema version. `app.ts` puts it between use cases and storage. */
import { createCache } from "../core/cache.ts";
import { Refused } from "../core/errors.ts";
import type { Ports, Run } from "../ports/ports.ts";
import type { Table } from "../ports/table.ts";
import { readSchemaStatus, SCHEMA, SCHEMA_VERSION, type SchemaStatus } from "./schema.ts";

/** How long the schema row is cached: it is checked before every write, which must not cost a round trip. */
export const KNOWN_SECONDS = 5;

export interface SchemaKeeper {
  /**
   * The ports for every use case. Writes to data of another schema version fail, also in work that started before a newer app
   * changed the version. @throws Refused
   */
  readonly ports: Ports;
  /** Must precede any work: records the schema version in empty storage. @throws Refused if the data have another one */
  prepare(run: Pick<Run, "ports">): Promise<void>;
}

interface Options {
  readonly now: () => Date;
  /** The schema version of this version of Mooring; another one simulates an older or a newer app. */
  readonly version?: number;
}

export function keepSchema(ports: Ports, { now, version = SCHEMA_VERSION }: Options): SchemaKeeper {
  const nothing = () => createCache<SchemaStatus>(KNOWN_SECONDS, now);
  let known = nothing();
  const status = () => known.get("schema", () => readSchemaStatus(ports.tables, version));
  const findProblem = async (): Promise<string | undefined> => {
    const { is, problem } = await status();
    if (is !== "empty") return problem;
    await begin(ports, { version, changedAtUtc: now().toISOString() });
    known = nothing();
    return (await status()).problem;
  };
  const demandCurrent = async () => {
    const problem = await findProblem();
    if (problem !== undefined) throw new Refused(problem);
  };
  return {
    ports: guardPorts(ports, demandCurrent),
    async prepare({ ports: { metrics } }) {
      const problem = await findProblem();
      if (problem === undefined) return;
      metrics.record("mooring.schema.refused", 1, {});
      throw new Refused(problem);
    },
  };
}

/** Another process may write the row at the same time. */
async function begin(
  { tables }: Ports,
  value: { readonly version: number; readonly changedAtUtc: string },
): Promise<void> {
  await tables.schema.transact(SCHEMA.partition, [{ do: "insert", key: SCHEMA.key, value }]);
}

/** Ports that call `demand` before every write. */
function guardPorts(ports: Ports, demand: () => Promise<void>): Ports {
  const { tables, states } = ports;
  const guarded = Object.entries(tables).map(
    ([noun, table]: [string, Table<unknown>]) => [noun, guardTable(table, demand)] as const,
  );
  return {
    ...ports,
    tables: Object.fromEntries(guarded) as unknown as Ports["tables"],
    states: {
      load: (name) => states.load(name),
      async save(name, state) {
        await demand();
        await states.save(name, state);
      },
      async remove(name) {
        await demand();
        await states.remove(name);
      },
    },
  };
}

function guardTable<T>(table: Table<T>, demand: () => Promise<void>): Table<T> {
  return {
    get: (partition, key) => table.get(partition, key),
    list: (partition, range) => table.list(partition, range),
    async transact(partition, writes) {
      await demand();
      return table.transact(partition, writes);
    },
  };
}
