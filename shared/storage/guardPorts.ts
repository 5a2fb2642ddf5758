/**
 * Ports that keep the data in the form that this code knows. Nothing is written to newer data, whoever asks and however long ago he
 * began; tables that a pending step of an upgrade touches are neither read nor written. Built once, in `app.ts`.
 */
import { NotYet, Refused } from "../core/errors.ts";
import type { Ports, Tables } from "../ports/ports.ts";
import type { SchemaWatch } from "./watchSchema.ts";
import type { Step } from "./steps.ts";
import type { Table } from "../ports/table.ts";

const RETRY_SECONDS = 15;

type Noun = keyof Tables;

interface Guard {
  read(noun: Noun): Promise<void>;
  write(noun?: Noun): Promise<void>;
}

export function guardPorts(ports: Ports, watch: SchemaWatch, steps: readonly Step[]): Ports {
  const guard = createGuard(watch, steps);
  const { states } = ports;
  return {
    ...ports,
    tables: guardTables(ports.tables, guard),
    states: {
      load: (name) => states.load(name),
      async save(name, state) {
        await guard.write();
        await states.save(name, state);
      },
      async remove(name) {
        await guard.write();
        await states.remove(name);
      },
    },
  };
}

function createGuard(watch: SchemaWatch, steps: readonly Step[]): Guard {
  const everTouched = new Set(steps.flatMap(({ touches }) => touches));
  const demandMigrated = (noun: Noun | undefined, stored: number) => {
    const pending = steps.find(({ to, touches }) => to > stored && noun && touches.includes(noun));
    if (pending)
      throw new NotYet(
        `the stored data are being upgraded to schema ${pending.to}: try again in ${RETRY_SECONDS} seconds`,
        RETRY_SECONDS,
      );
  };
  return {
    // No round trip for what no step has ever touched.
    async read(noun) {
      if (everTouched.has(noun)) demandMigrated(noun, (await watch.standing()).stored);
    },
    async write(noun) {
      const { stored, problem } = await watch.standing();
      if (problem !== undefined) throw new Refused(problem);
      demandMigrated(noun, stored);
    },
  };
}

function guardTables(tables: Tables, guard: Guard): Tables {
  const entries = Object.entries(tables) as [Noun, Table<unknown>][];
  return Object.fromEntries(
    entries.map(([noun, table]) => [noun, guardTable(noun, table, guard)]),
  ) as unknown as Tables;
}

function guardTable<T>(noun: Noun, table: Table<T>, guard: Guard): Table<T> {
  return {
    async get(partition, key) {
      await guard.read(noun);
      return table.get(partition, key);
    },
    async *list(partition, range) {
      await guard.read(noun);
      yield* table.list(partition, range);
    },
    async transact(partition, writes) {
      await guard.write(noun);
      return table.transact(partition, writes);
    },
  };
}
