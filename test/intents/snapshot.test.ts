import { describe, expect, test } from "vitest";
import { Service } from "../../shared/annotations/service.ts";
import { takeSnapshot } from "../../shared/intents/snapshot.ts";
import { ENDS_HEADER, readProbe, VERDICT_HEADER } from "../../shared/intents/webhookProbe.ts";
import { intentKey, remember } from "../../shared/intents/remember.ts";
import { declared } from "../builders/world.ts";
import { memoryRun } from "../memory/run.ts";

const service = (name: string, some: object = {}) => ({
  kind: "Service",
  metadata: { name, namespace: "shop", uid: `uid-${name}`, ...some },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
});
const list = (...items: object[]) => items.map((item) => Service.parse(item));
const names = (rows: { namespace: string; name: string }[]) => rows.map(intentKey).sort();

describe("a snapshot is the truth at its time", () => {
  test("Services are remembered", async () => {
    const run = memoryRun();
    const report = await takeSnapshot(run, "one", list(service("a"), service("b")));
    expect(report).toEqual({ services: 2, added: 2, changed: 0, removed: 0 });
    expect(names(run.tables.intents.all())).toEqual(["shop/a", "shop/b"]);
  });

  test("what is not listed any more is forgotten, what is unchanged is not written again", async () => {
    const run = memoryRun();
    await takeSnapshot(run, "one", list(service("a"), service("b")));
    run.clock.advance(600);
    const before = run.tables.intents.calls.count("transact");
    expect(await takeSnapshot(run, "one", list(service("a")))).toEqual({
      services: 1,
      added: 0,
      changed: 0,
      removed: 1,
    });
    expect(run.tables.intents.calls.count("transact") - before).toBe(1);
    expect(run.tables.snapshots.all()).toEqual([
      {
        cluster: "one",
        takenAtUtc: run.clock.nowUtc,
        services: 1,
        previousServices: 2,
        byDay: { "2026-11-23": 2 },
      },
    ]);
  });

  test("admission that spoke while the list was on its way is newer news", async () => {
    const run = memoryRun();
    await remember(run, declared({ name: "fresh", origin: "admission", observedAtUtc: run.clock.nowUtc }));
    run.clock.advance(30);
    expect((await takeSnapshot(run, "one", list())).removed).toBe(0);
    run.clock.advance(600);
    expect((await takeSnapshot(run, "one", list())).removed).toBe(1);
  });

  test("a list that fell is measured against the week, not only against the list before", async () => {
    const run = memoryRun();
    const many = Array.from({ length: 10 }, (_, n) => service(`s${n}`));
    const previous = async (...items: object[]) => {
      await takeSnapshot(run, "one", list(...items));
      return run.tables.snapshots.all()[0]?.previousServices;
    };
    expect(await previous(...many)).toBe(10);
    const fallen = [];
    for (let day = 0; day < 9; day += 1) {
      run.clock.advance(24 * 3600);
      fallen.push(await previous(service("s0")));
    }
    expect(fallen).toEqual([10, 10, 10, 10, 10, 10, 10, 1, 1]);
  });

  test("a Service on its way out is marked", async () => {
    const run = memoryRun();
    await takeSnapshot(run, "one", list(service("a", { deletionTimestamp: "2026-11-23T11:59:00Z" })));
    expect(run.tables.intents.all()).toMatchObject([{ deletedAtUtc: "2026-11-23T11:59:00Z" }]);
  });

  test("a Service that changes meanwhile ends the snapshot, and none is recorded", async () => {
    const run = memoryRun();
    await takeSnapshot(run, "one", list(service("a")));
    run.clock.advance(600);
    const taking = takeSnapshot(run, "one", list(service("a", { uid: "new" })));
    await remember(run, declared({ name: "a", origin: "admission", observedAtUtc: run.clock.nowUtc }));
    await expect(taking).rejects.toThrow("shop/a changed while the snapshot was taken; send it again");
    expect(run.tables.snapshots.all()).toMatchObject([{ takenAtUtc: "2026-11-23T12:00:00.000Z" }]);
  });
});

describe("a webhook that does not reach us shows in snapshots", () => {
  const unannounced = (run: ReturnType<typeof memoryRun>) => run.tables.snapshots.all()[0]?.unannounced;
  const announce = (run: ReturnType<typeof memoryRun>, name: string) =>
    remember(
      run,
      declared({ name, uid: `uid-${name}`, origin: "admission", observedAtUtc: run.clock.nowUtc }),
    );

  test("a first snapshot knows of nothing, and nothing counts as missed", async () => {
    const run = memoryRun();
    await takeSnapshot(run, "one", list(service("a")));
    expect(unannounced(run)).toBeUndefined();
  });

  test("Services that are new, or otherwise declared, and were not announced are counted", async () => {
    const run = memoryRun();
    await takeSnapshot(run, "one", list(service("a"), service("b")));
    run.clock.advance(600);
    const changed = { ...service("a"), spec: { type: "LoadBalancer", ports: [{ port: 81 }] } };
    await takeSnapshot(run, "one", list(changed, service("b"), service("c")));
    const lastAtUtc = run.clock.nowUtc;
    expect(unannounced(run)).toEqual({ count: 2, lastAtUtc, example: "shop/a" });
    run.clock.advance(600);
    await takeSnapshot(run, "one", list(changed, service("b"), service("c")));
    expect(unannounced(run)).toEqual({ count: 2, lastAtUtc, example: "shop/a" });
  });

  test("what admission announced is not missed, and once it is heard of again the past is forgotten", async () => {
    const run = memoryRun();
    await takeSnapshot(run, "one", list());
    run.clock.advance(600);
    await takeSnapshot(run, "one", list(service("a")));
    expect(unannounced(run)).toMatchObject({ count: 1 });
    run.clock.advance(600);
    await announce(run, "b");
    run.clock.advance(10);
    await takeSnapshot(run, "one", list(service("a"), service("b")));
    expect(unannounced(run)).toBeUndefined();
  });

  test("a mark that an earlier version did not make is no news", async () => {
    const run = memoryRun();
    await takeSnapshot(run, "one", list(service("a")));
    run.clock.advance(600);
    const old = {
      ...service("a"),
      spec: { type: "LoadBalancer", ports: [{ port: 80 }], loadBalancerIP: "" },
    };
    await takeSnapshot(run, "one", list(old));
    expect(unannounced(run)).toBeUndefined();
  });

  test("`spec.loadBalancerIP` leaves its mark", async () => {
    const run = memoryRun();
    const spec = { type: "LoadBalancer", loadBalancerIP: "10.0.1.9", ports: [{ port: 80 }] };
    await takeSnapshot(run, "one", list({ ...service("a"), spec }));
    expect(run.tables.intents.all()).toMatchObject([{ usesLoadBalancerIp: true }]);
  });
});

describe("what the job heard of the relay", () => {
  test("is kept with its snapshot, and gone with the next that says nothing", async () => {
    const run = memoryRun();
    const webhook = { verdict: "ok", certificateEndsAtUtc: "2027-01-01T00:00:00.000Z" };
    await takeSnapshot(run, "one", [], webhook);
    expect(run.tables.snapshots.all()).toMatchObject([{ webhook }]);
    await takeSnapshot(run, "one", []);
    expect(run.tables.snapshots.all()[0]).not.toHaveProperty("webhook");
  });

  test.each<[string, Record<string, string>, unknown]>([
    ["nothing", {}, undefined],
    ["an end alone", { [ENDS_HEADER]: "Nov 25 20:33:00 2027 GMT" }, undefined],
    [
      "a verdict and an end as curl writes it",
      { [VERDICT_HEADER]: " ok ", [ENDS_HEADER]: "Nov 25 20:33:00 2027 GMT" },
      { verdict: "ok", certificateEndsAtUtc: "2027-11-25T20:33:00.000Z" },
    ],
    ["an end that is no date", { [VERDICT_HEADER]: "ok", [ENDS_HEADER]: "soon" }, { verdict: "ok" }],
    ["more than is kept", { [VERDICT_HEADER]: "x".repeat(999) }, { verdict: "x".repeat(200) }],
  ])("of %s", (_, headers, expected) => expect(readProbe(new Headers(headers))).toEqual(expected));
});
