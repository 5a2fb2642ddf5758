/** Two versions of the app over the same storage. An older one is this one with fewer steps. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { AuditRun } from "../../shared/audit/auditRun.ts";
import { listProgress } from "../../shared/audit/runStore.ts";
import { NotYet, Refused } from "../../shared/core/errors.ts";
import { admit } from "../../shared/admission/admit.ts";
import { inTime } from "../../shared/admission/guarded.ts";
import { checkHealth } from "../../shared/doctor/health.ts";
import type { Run, Tables } from "../../shared/ports/ports.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { keepSchema, type SchemaKeeper } from "../../shared/storage/keepSchema.ts";
import { NOTICE_SECONDS } from "../../shared/storage/migrate.ts";
import { readStanding } from "../../shared/storage/schema.ts";
import { STEPS, type Step } from "../../shared/storage/steps.ts";
import type { Table } from "../../shared/ports/table.ts";
import { KNOWN_SECONDS } from "../../shared/storage/watchSchema.ts";
import { cluster, subnetRow, VNET } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import type { MemoryTable } from "../memory/table.ts";
import { place, readStored } from "./stored.ts";

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

const NEXT: Step = {
  to: STEPS.length + 2,
  title: "holds have another form",
  touches: ["holds"],
  async migrate({ ports: { tables } }) {
    await tables.holds.transact("all", [
      { do: "put", key: "moved", value: { resourceId: "moved", who: "", why: "", sinceUtc: "" } },
    ]);
  },
};
const NEWER = [...STEPS, NEXT];

/** That version of the app, over the same storage. */
function version(steps: readonly Step[]): SchemaKeeper & { readonly run: Run } {
  const keeper = keepSchema(run.ports, { now: run.now, steps });
  return { ...keeper, run: { ...run, ports: keeper.ports } };
}

const row = { resourceId: "x", who: "me", why: "", sinceUtc: "" };
const write = ({ ports }: Run) => ports.tables.holds.transact("all", [{ do: "put", key: "x", value: row }]);

describe("an older version over newer data", () => {
  beforeEach(async () => {
    await version(STEPS).prepare(run);
  });

  test("is refused before any work, and counted", async () => {
    const old = version([]);
    const problem =
      "the stored data are of schema 3, this version of Mooring knows 1: deploy the newer version again";
    await expect(old.prepare(old.run)).rejects.toThrow(new Refused(problem));
    await expect(old.demandKnown(old.run)).rejects.toThrow(Refused);
    expect(run.metrics.of("mooring.schema.refused")).toHaveLength(2);
  });

  test("writes no row of any table and no state, whoever asks", async () => {
    const { tables, states } = version([]).ports;
    for (const [noun, table] of Object.entries(tables) as [keyof Tables, Table<unknown>][])
      await expect(table.transact("p", [{ do: "put", key: "k", value: {} }]), noun).rejects.toThrow(Refused);
    await expect(states.save("s", {})).rejects.toThrow(Refused);
    await expect(states.remove("s")).rejects.toThrow(Refused);
    expect(await tables.runs.get("p", "k")).toBeUndefined();
    expect(await states.load("s")).toBeUndefined();
  });

  test.each(["allow", "deny"] as const)("answers admissions as policy says: %s", async (onUnavailable) => {
    await applyPolicy(run, { onUnavailable });
    const old = version([]);
    const decide = async () => {
      await old.demandKnown(old.run);
      return { uid: "u", allowed: false };
    };
    const answer = await inTime(old.run, "u", 5, decide);
    expect(answer.allowed).toBe(onUnavailable === "allow");
    expect(answer.warnings?.[0] ?? answer.status?.message).toContain("Mooring is older than its data");
  });
});

describe("a newer version while an older one runs", () => {
  beforeEach(async () => {
    await version(STEPS).prepare(run);
  });

  test("gives it time to notice, and it stops writing in the midst of its work", async () => {
    const [old, next] = [version(STEPS), version(NEWER)];
    await old.prepare(old.run);
    await write(old.run);
    await expect(next.prepare(next.run)).rejects.toMatchObject({
      name: "NotYet",
      retryAfterSeconds: NOTICE_SECONDS,
    });
    run.clock.advance(KNOWN_SECONDS);
    await expect(write(old.run)).rejects.toThrow("the stored data are being upgraded to schema 4");
    run.clock.advance(NOTICE_SECONDS - KNOWN_SECONDS - 1);
    await expect(next.prepare(next.run)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    run.clock.advance(1);
    await next.prepare(next.run);
    expect(await readStanding(run.tables, NEWER)).toEqual({ stored: 4, known: 4, is: "current" });
    run.clock.advance(KNOWN_SECONDS);
    await expect(old.prepare(old.run)).rejects.toThrow("the stored data are of schema 4");
    await write(next.run);
  });

  test("neither reads nor writes what is about to change, and all else goes on", async () => {
    const next = version(NEWER);
    await expect(next.prepare(next.run)).rejects.toThrow(NotYet);
    await expect(write(next.run)).rejects.toThrow(NotYet);
    await expect(next.ports.tables.holds.get("all", "x")).rejects.toThrow(NotYet);
    await expect(Array.fromAsync(next.ports.tables.holds.list("all"))).rejects.toThrow(NotYet);
    await next.demandKnown(next.run);
    expect(await next.ports.tables.runs.get("all", "x")).toBeUndefined();
    const value = { policy: {}, appliedAtUtc: "" };
    await next.ports.tables.policies.transact("p", [{ do: "put", key: "k", value }]);
  });
});

test("of storage that has nothing yet, many processes at once may be the first", async () => {
  const apps = Array.from({ length: 5 }, () => version(STEPS));
  await Promise.all(apps.map((app, n) => (n % 2 === 0 ? app.demandCurrent(app.run) : app.prepare(app.run))));
  expect(run.tables.schema.all().map((row) => row.version)).toEqual([3]);
  expect(run.leases.calls.calls).toEqual([]);
});

test("all that one process does at once waits for the same upgrade", async () => {
  await place(run, readStored(1));
  const app = version(STEPS);
  await Promise.all([app.prepare(app.run), app.prepare(app.run), app.prepare(app.run)]);
  expect(run.leases.calls.calls.map(([name]) => name)).toEqual(["acquire", "release"]);
  expect(await readStanding(run.tables)).toMatchObject({ is: "current" });
});

test("an admission over data that wait for an upgrade goes on; over any, it costs two round trips", async () => {
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value: subnetRow() }]);
  const { run: app, ...keeper } = version(STEPS);
  const admitOne = async (name: string) => {
    for (const table of Object.values(run.tables)) (table as MemoryTable<unknown>).calls.calls.length = 0;
    await keeper.demandKnown(app);
    const answer = await admit(app, cluster(), review(name));
    const called = Object.entries(run.tables).map(
      ([noun, table]) => [noun, (table as MemoryTable<unknown>).calls.calls.length] as const,
    );
    return { allowed: answer.allowed, called: Object.fromEntries(called.filter(([, calls]) => calls > 0)) };
  };
  expect(await admitOne("first")).toMatchObject({ allowed: true, called: { schema: 1 } });
  expect(await admitOne("second")).toEqual({
    allowed: true,
    called: { addresses: 1, unconfirmed: 2, proposals: 1 },
  });
  await keeper.prepare(app);
  expect((await admitOne("third")).allowed).toBe(true);
  expect(await admitOne("fourth")).toEqual({
    allowed: true,
    called: { addresses: 1, unconfirmed: 2, proposals: 1 },
  });
});

let last = 10;
function review(name: string) {
  const address = `10.0.1.${(last += 1)}`;
  return {
    apiVersion: "admission.k8s.io/v1" as const,
    kind: "AdmissionReview" as const,
    request: {
      uid: "u",
      kind: { group: "", version: "v1", kind: "Service" },
      namespace: "shop",
      name,
      operation: "CREATE" as const,
      object: {
        metadata: {
          name,
          namespace: "shop",
          uid: name,
          annotations: {
            "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
            "service.beta.kubernetes.io/azure-load-balancer-ipv4": address,
          },
        },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
      },
    },
  };
}

test("health says that the data are newer, and warns of settings that are none", async () => {
  const env = {
    MOORING_SUBSCRIPTIONS: run.ports.subscriptions[0],
    AzureWebJobsStorage: "UseDevelopmentStorage=true",
  };
  expect(await checkHealth(env, async () => run.ports)).toMatchObject({ status: "ok", problems: [] });
  await version(NEWER).prepare(run);
  expect(await checkHealth({ ...env, MOORING_NAMED: "x" }, async () => run.ports)).toMatchObject({
    status: "failing",
    problems: [expect.stringContaining("deploy the newer version again")],
    warnings: ["MOORING_NAMED: there is no such setting; did you mean MOORING_NAME?"],
  });
});

test("health warns of work that failed or was given up, and is ok", async () => {
  const env = {
    MOORING_SUBSCRIPTIONS: run.ports.subscriptions[0],
    AzureWebJobsStorage: "UseDevelopmentStorage=true",
  };
  run.queue.fail("notices", "{}");
  expect(await checkHealth(env, async () => run.ports)).toMatchObject({
    status: "ok",
    warnings: ["queue notices: 1 failed message; see: mooring queue show notices"],
  });
});

test("a step that fails leaves the data as they were before it, and the next call goes on from there", async () => {
  await place(run, readStored(1));
  const failing = { ...NEXT, migrate: () => Promise.reject(new Error("storage is away")) };
  const app = version([...STEPS, failing]);
  await expect(app.prepare(app.run)).rejects.toThrow("storage is away");
  expect(await readStanding(run.tables, NEWER)).toMatchObject({ stored: 3, is: "older" });
  run.clock.advance(NOTICE_SECONDS + 1);
  const mended = version(NEWER);
  await expect(mended.prepare(mended.run)).rejects.toThrow(NotYet);
  run.clock.advance(NOTICE_SECONDS + 1);
  await mended.prepare(mended.run);
  expect(await readStanding(run.tables, NEWER)).toMatchObject({ stored: 4, is: "current" });
});

describe("runs of any kind", () => {
  const scope = fc.constantFrom("subscription:a", "subscription:b", "vnet:/x", "vnet:/y", "mooring");
  const runs = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 99 }).map((n) => `20261123-1200000${String(n).padStart(2, "0")}-abcdef`),
      state: fc.constantFrom<AuditRun["state"]>("running", "done", "failed", "cancelled"),
      scopes: fc.uniqueArray(scope),
      /** Rows that its beginner had written before it died. */
      rows: fc.uniqueArray(scope),
    }),
    { selector: ({ id }) => id, maxLength: 8 },
  );

  test("an upgrade twice is an upgrade once; each run has as many scopes as it had, and one that is going on a row for each", async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (generated) => {
        run = memoryRun();
        for (const { id, state, scopes, rows } of generated) {
          const value = { id, startedAtUtc: "", state, who: "", why: "", scopes } as AuditRun;
          await run.tables.runs.transact("all", [{ do: "put", key: id, value }]);
          for (const one of rows.filter((row) => scopes.includes(row)))
            await run.tables.progress.transact(id, [
              { do: "put", key: one, value: { scope: one, state: "done" } },
            ]);
        }
        await version(STEPS).prepare(run);
        const once = [run.tables.runs.rows(), run.tables.progress.rows()];
        for (const { id, state, scopes } of generated) {
          const found = (await run.tables.runs.get("all", id))?.value;
          expect(found).toEqual({ id, startedAtUtc: "", state, who: "", why: "", scopeCount: scopes.length });
          if (state === "running")
            expect((await listProgress(run, id)).map((one) => one.scope).toSorted()).toEqual(
              scopes.toSorted(),
            );
        }
        for (const step of STEPS) await step.migrate(run);
        expect([run.tables.runs.rows(), run.tables.progress.rows()]).toEqual(once);
      }),
    );
  });
});
