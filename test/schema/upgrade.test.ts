/** From the data of the version before to those of this one, on memory and on Azurite. */
import { randomBytes } from "node:crypto";
import { TableClient } from "@azure/data-tables";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { azureTable } from "../../shared/adapters/table.ts";
import { findingsOf } from "../../shared/audit/findingsState.ts";
import { reportOf } from "../../shared/audit/report/gather.ts";
import type { AuditRun } from "../../shared/audit/auditRun.ts";
import { runKey } from "../../shared/audit/runStore.ts";
import { listRuns, readProgress } from "../../shared/audit/runs.ts";
import { toSchema2 } from "../../shared/audit/schema2.ts";
import { startScheduled } from "../../shared/audit/startAudit.ts";
import { NotYet } from "../../shared/core/errors.ts";
import type { Run, Tables } from "../../shared/ports/ports.ts";
import { LEASE_SECONDS } from "../../shared/ports/leases.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { newestOf, readStanding, type SchemaRow } from "../../shared/storage/schema.ts";
import { STEPS } from "../../shared/storage/steps.ts";
import type { Table } from "../../shared/ports/table.ts";
import { AuditEstate } from "../builders/auditEstate.ts";
import { crashAt } from "../memory/crashing.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import { place, readStored } from "./stored.ts";

const stored = readStored(1);

async function withStored(run: MemoryRun): Promise<MemoryRun> {
  run.clock.nowUtc = stored.nowUtc;
  await place(run, stored);
  return run;
}

/** What there is after an upgrade. */
async function everything({ ports: { tables } }: Run) {
  const nouns = ["runs", "progress", "findings", "scopes", "waiting", "schema"] as const;
  const partitions = ["all", "schema", "notices", ...(await runIds(tables))];
  return Object.fromEntries(
    await Promise.all(
      nouns.map(async (noun) => {
        const table: Table<unknown> = tables[noun];
        const rows = await Promise.all(partitions.map((one) => Array.fromAsync(table.list(one))));
        return [noun, rows.flat().map(({ key, value }) => [key, value])] as const;
      }),
    ),
  );
}

async function runIds({ runs }: Tables): Promise<string[]> {
  return (await Array.fromAsync(runs.list("all"))).map(({ value: { id } }) => id);
}

function onAzurite(): MemoryRun {
  const prefix = `u${randomBytes(6).toString("hex")}`;
  const run = memoryRun();
  const tables = Object.fromEntries(
    Object.keys(run.tables).map((noun) => [
      noun,
      azureTable(async () =>
        TableClient.fromConnectionString(inject("storage"), `${prefix}${noun}`, {
          allowInsecureConnection: true,
        }),
      ),
    ]),
  ) as unknown as Tables;
  return { ...run, ports: { ...run.ports, tables } };
}

describe.each([
  ["memory", () => memoryRun()],
  ["Azurite", onAzurite],
] as const)("data of the version before, in %s", (_, create) => {
  let run: MemoryRun;
  beforeEach(async () => {
    run = await withStored(create());
  });

  test("are brought to the newest form: every audit is listed, with its scopes and its findings", async () => {
    expect(await readStanding(run.ports.tables)).toMatchObject({ stored: 1, is: "older" });
    await migrate(run, STEPS);
    expect(await readStanding(run.ports.tables)).toEqual({
      stored: newestOf(),
      known: newestOf(),
      is: "current",
    });
    const old = stored.rows["runs"] ?? [];
    const runs = await listRuns(run, 100);
    expect(runs).toEqual(
      old
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ value }) => {
          const { scopes, ...rest } = value as { scopes: readonly string[] };
          return { ...rest, scopeCount: scopes.length };
        }),
    );
    for (const audit of runs) {
      const progress = await readProgress(run, audit.id);
      const before = old.find(({ value }) => (value as { id: string }).id === audit.id)?.value;
      expect(progress?.scopes.map(({ scope }) => scope)).toEqual((before as { scopes: string[] }).scopes);
      const report = await reportOf(run, audit);
      expect(report.scopes).toHaveLength(5);
      if (audit.findingsState !== undefined)
        expect(await findingsOf(run, audit)).toEqual(stored.states[audit.findingsState]);
    }
  });

  test("are the same after another upgrade as after one", async () => {
    await migrate(run, STEPS);
    const once = await everything(run);
    for (const step of STEPS) await step.migrate(run);
    await migrate(run, STEPS);
    expect(await everything(run)).toEqual(once);
  });
});

test("nothing stored is of version 1 and of the newest after, and costs one write", async () => {
  const run = memoryRun();
  await migrate(run, STEPS);
  expect(await readStanding(run.ports.tables)).toMatchObject({ stored: newestOf(), is: "current" });
  const written = Object.entries(run.tables).filter(([, { calls }]) => calls.count("transact") > 0);
  expect(written.map(([noun]) => noun)).toEqual(["schema"]);
});

test("an audit that was going on goes on, with a scope whose row was lost, and ends", async () => {
  const estate = await AuditEstate.create();
  const { run } = estate;
  await withStored(run);
  const lost = stored.messages.at(-1)?.id.split(" ")[1] ?? "";
  await run.tables.progress.transact(stored.going, [{ do: "remove", key: lost }]);
  await migrate(run, STEPS);
  estate.messages.push(...stored.messages.map((item) => ({ item, deliveries: 0 })));
  await estate.drain();
  expect((await readProgress(run, stored.going))?.scopes.map(({ state }) => state)).toEqual(
    Array.from({ length: 5 }, () => "done"),
  );
  expect((await listRuns(run, 1)).map(({ id, state }) => [id, state])).toEqual([[stored.going, "done"]]);
});

describe("an upgrade that dies at any call", () => {
  test.each(["before", "after"] as const)("%s it happens is gone on with", async (how) => {
    const whole = await withStored(memoryRun());
    await migrate(whole, STEPS);
    const expected = await everything(whole);
    let nth = 0;
    for (let died = true; died; nth += 1) {
      const run = await withStored(memoryRun());
      const mortal = crashAt(run, nth, how);
      // One that dies releasing its lease has finished its work.
      await migrate(mortal.run, STEPS).catch(() => undefined);
      died = mortal.calls() > nth;
      run.clock.advance(died ? LEASE_SECONDS + 1 : 0);
      await goOn(run);
      const found = await everything(run);
      expect({ ...found, schema: versions(found) }, `dead at call ${nth}`).toEqual({
        ...expected,
        schema: versions(expected),
      });
    }
    expect(nth).toBeGreaterThan(12);
  });

  /** After the first step there is a row, so that the next process announces the rest, and waits. */
  async function goOn(run: MemoryRun): Promise<void> {
    try {
      await migrate(run, STEPS);
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      run.clock.advance(error.retryAfterSeconds);
      await migrate(run, STEPS);
    }
  }

  const versions = ({ schema }: Awaited<ReturnType<typeof everything>>) =>
    schema?.map(([, value]) => (value as SchemaRow).version);
});

test("two that upgrade at once: one waits, and even without a lease the end is the same", async () => {
  const run = await withStored(memoryRun());
  const both = await Promise.allSettled([migrate(run, STEPS), migrate(run, STEPS)]);
  expect(both).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { name: "NotYet" } }]);
  const [one, other] = [await withStored(memoryRun()), await withStored(memoryRun())];
  await Promise.all([toSchema2(one), toSchema2(one), toSchema2(one)]);
  await toSchema2(other);
  expect(await everything(one)).toEqual(await everything(other));
});

test("a person's run that the version before still wrote after the upgrade, and whose scopes are done, is ended by the next timer", async () => {
  const { run } = await AuditEstate.create();
  await migrate(run, STEPS);
  const id = "20261123-120000000-abcdef";
  const scopes = ["subscription:a", "mooring"];
  const value = { id, startedAtUtc: run.clock.nowUtc, state: "running", who: "ben", why: "", scopes };
  await run.tables.runs.transact("all", [{ do: "put", key: runKey(value), value: value as AuditRun }]);
  for (const scope of scopes)
    await run.tables.progress.transact(id, [{ do: "put", key: scope, value: { scope, state: "done" } }]);
  await startScheduled(run, { why: "timer" });
  expect((await readProgress(run, id))?.run.state).toBe("running");
  run.clock.advance(11 * 60);
  await startScheduled(run, { why: "timer" });
  expect((await readProgress(run, id))?.run).toMatchObject({ state: "done", scopeCount: 2 });
});

test("a run that the version before still wrote after the upgrade is closed when it is old, and nothing trips over it", async () => {
  const { run } = await AuditEstate.create();
  await migrate(run, STEPS);
  run.clock.nowUtc = stored.nowUtc;
  await place(run, {
    ...stored,
    rows: { runs: stored.rows["runs"] ?? [], progress: stored.rows["progress"] ?? [] },
  });
  await startScheduled(run, { why: "timer" });
  run.clock.advance(4 * 3600);
  await startScheduled(run, { why: "timer" });
  expect((await readProgress(run, stored.going))?.run.state).toBe("failed");
  expect((await listRuns(run, 100)).filter(({ state }) => state === "running")).toHaveLength(1);
});
