/** Two versions of the app over the same storage. Another version is this one with another schema version. */
import { beforeEach, describe, expect, test } from "vitest";
import { Refused } from "../../shared/core/errors.ts";
import { admit } from "../../shared/admission/admit.ts";
import { inTime } from "../../shared/admission/guarded.ts";
import { checkHealth } from "../../shared/doctor/health.ts";
import type { Run, Tables } from "../../shared/ports/ports.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { KNOWN_SECONDS, keepSchema, type SchemaKeeper } from "../../shared/storage/keepSchema.ts";
import { readSchemaStatus, SCHEMA, SCHEMA_VERSION } from "../../shared/storage/schema.ts";
import type { Table } from "../../shared/ports/table.ts";
import { markCurrent } from "../builders/current.ts";
import { cluster, subnetRow, VNET } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import type { MemoryTable } from "../memory/table.ts";

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

const [OLDER, NEWER] = [SCHEMA_VERSION - 1, SCHEMA_VERSION + 1];

/** The app of that schema version, over the same storage. */
function app(version: number = SCHEMA_VERSION): SchemaKeeper & { readonly run: Run } {
  const keeper = keepSchema(run.ports, { now: run.now, version });
  return { ...keeper, run: { ...run, ports: keeper.ports } };
}

/** What a newer app does to the row before it changes anything else. */
const changeVersion = (version: number) =>
  run.tables.schema.transact(SCHEMA.partition, [
    { do: "put", key: SCHEMA.key, value: { version, changedAtUtc: run.clock.nowUtc } },
  ]);

const row = { resourceId: "x", who: "me", why: "", sinceUtc: "" };
const write = ({ ports }: Run) => ports.tables.holds.transact("all", [{ do: "put", key: "x", value: row }]);

describe.each([
  [
    "newer",
    OLDER,
    "the stored data have schema version 3, but this version of Mooring supports only 2: deploy the newer version again",
  ],
  [
    "older",
    NEWER,
    "the stored data have schema version 3 and are of a version of Mooring that was never released; this version supports only 4: use another storage account, or delete the tables with az storage table delete, and register the clusters again",
  ],
])("an app over %s data", (_, version, problem) => {
  beforeEach(async () => {
    await app().prepare(run);
  });

  test("is refused before any work, and counted", async () => {
    const other = app(version);
    await expect(other.prepare(other.run)).rejects.toThrow(new Refused(problem));
    await expect(other.prepare(other.run)).rejects.toThrow(Refused);
    expect(run.metrics.of("mooring.schema.refused")).toHaveLength(2);
  });

  test("writes no row of any table and no state, for any caller", async () => {
    const { tables, states } = app(version).ports;
    for (const [noun, table] of Object.entries(tables) as [keyof Tables, Table<unknown>][])
      await expect(table.transact("p", [{ do: "put", key: "k", value: {} }]), noun).rejects.toThrow(Refused);
    await expect(states.save("s", {})).rejects.toThrow(Refused);
    await expect(states.remove("s")).rejects.toThrow(Refused);
    expect(await tables.runs.get("p", "k")).toBeUndefined();
    expect(await states.load("s")).toBeUndefined();
    expect(await readSchemaStatus(run.tables)).toEqual({ stored: 3, known: 3, is: "current" });
  });

  test.each(["allow", "deny"] as const)(
    "answers admissions according to policy: %s",
    async (onUnavailable) => {
      await applyPolicy(run, { onUnavailable });
      const other = app(version);
      const decide = async () => {
        await other.prepare(other.run);
        return { uid: "u", allowed: false };
      };
      const answer = await inTime(other.run, { uid: "u", cluster: "one", namespace: "shop" }, 5, decide);
      expect(answer.allowed).toBe(onUnavailable === "allow");
      expect(answer.warnings?.[0] ?? answer.status?.message).toContain(
        "this version of Mooring does not support the schema version of the stored data",
      );
    },
  );
});

test("data without a version are refused, and get none", async () => {
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  const keeper = app();
  await expect(keeper.prepare(keeper.run)).rejects.toThrow(
    "the stored data have no schema version and are of a version of Mooring that was never released",
  );
  await expect(write(keeper.run)).rejects.toThrow(Refused);
  expect(await readSchemaStatus(run.tables)).toMatchObject({ known: 3, is: "older" });
  expect([run.tables.schema.all(), run.tables.holds.all()]).toEqual([[], []]);
});

test("an older app stops writing in the midst of its work soon after a newer one changed the version", async () => {
  const [old, next] = [app(), app(NEWER)];
  await old.prepare(old.run);
  await write(old.run);
  await changeVersion(NEWER);
  run.clock.advance(KNOWN_SECONDS);
  await expect(write(old.run)).rejects.toThrow("the stored data have schema version 4");
  await expect(old.prepare(old.run)).rejects.toThrow("the stored data have schema version 4");
  await next.prepare(next.run);
  await write(next.run);
});

test("of storage that has nothing yet, many processes at once may be the first", async () => {
  const apps = Array.from({ length: 5 }, () => app());
  await Promise.all(apps.map((one, n) => (n % 2 === 0 ? write(one.run) : one.prepare(one.run))));
  expect(run.tables.schema.all().map((row) => row.version)).toEqual([3]);
  expect(run.leases.calls.calls).toEqual([]);
});

test("admission always takes two round trips, and the schema is read beside the first one", async () => {
  await markCurrent(run.tables);
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value: subnetRow() }]);
  const { run: own, ...keeper } = app();
  const admitOne = async (name: string) => {
    for (const table of Object.values(run.tables)) (table as MemoryTable<unknown>).calls.calls.length = 0;
    await keeper.prepare(own);
    const answer = await admit(own, cluster(), review(name));
    const called = Object.entries(run.tables).map(
      ([noun, table]) => [noun, (table as MemoryTable<unknown>).calls.calls.length] as const,
    );
    return { allowed: answer.allowed, called: Object.fromEntries(called.filter(([, calls]) => calls > 0)) };
  };
  expect(await admitOne("first")).toMatchObject({ allowed: true, called: { schema: 1 } });
  expect(await admitOne("second")).toEqual({
    allowed: true,
    called: { addresses: 2, unconfirmed: 2, proposals: 1 },
  });
  run.clock.advance(KNOWN_SECONDS);
  expect(await admitOne("third")).toMatchObject({ allowed: true, called: { schema: 1 } });
  expect(await admitOne("fourth")).toEqual({
    allowed: true,
    called: { addresses: 2, unconfirmed: 2, proposals: 1 },
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

test("health reports that the data are newer, and warns about unknown settings", async () => {
  const env = {
    MOORING_SUBSCRIPTIONS: run.ports.subscriptions[0],
    AzureWebJobsStorage: "UseDevelopmentStorage=true",
  };
  expect(await checkHealth(env, async () => run.ports)).toMatchObject({ status: "ok", problems: [] });
  await app(NEWER).prepare(run);
  expect(await checkHealth({ ...env, MOORING_NAMED: "x" }, async () => run.ports)).toMatchObject({
    status: "failing",
    problems: [expect.stringContaining("deploy the newer version again")],
    warnings: ["MOORING_NAMED: unknown setting, ignored; did you mean MOORING_NAME?"],
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
