import { beforeEach, describe, expect, test } from "vitest";
import { listDeclared } from "../../shared/declarations/declared.ts";
import { requestList } from "../../shared/declarations/feed.ts";
import { MAX_EVENTS, readWindow } from "../../shared/declarations/window.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { addressPlace } from "../../shared/inventory/places.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import { proposedClaim } from "../builders/claims.ts";
import { cluster, declared, intent, subnetId, subnetRow, VNET } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const bookmark = '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"99"}}}';

let run: MemoryRun;
let reporter: Reporter;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  reporter = new Reporter(run);
  await reporter.list([internalService("a")]);
});

const names = () => run.tables.declarations.all().map(({ name }) => name);
const feed = () => run.tables.feeds.all()[0];

describe("a window of changes", () => {
  test("confirms what was added and what changed", async () => {
    await reporter.confirm([
      { type: "ADDED", service: internalService("b") },
      { type: "MODIFIED", service: internalService("a", { "load-balancer-ipv4": "10.0.1.9" }) },
    ]);
    expect(names().toSorted()).toEqual(["a", "b"]);
    expect((await run.tables.declarations.get("one", "shop/a"))?.value.intent.addresses).toEqual({
      ipv4: "10.0.1.9",
    });
  });

  test("removes what was deleted, at once", async () => {
    await reporter.confirm([{ type: "DELETED", service: internalService("a") }]);
    expect(names()).toEqual([]);
  });

  test("removes a Service that is no load balancer any more", async () => {
    await reporter.confirm([{ type: "MODIFIED", service: { name: "a", type: "ClusterIP" } }]);
    expect(names()).toEqual([]);
  });

  test("does not remove a Service for the deletion of another uid of its name", async () => {
    await reporter.confirm([{ type: "DELETED", service: { ...internalService("a"), uid: "earlier" } }]);
    expect(names()).toEqual(["a"]);
  });

  test("confirms no absence: an API server whose cache lags sends a bookmark as well", async () => {
    const before = feed()?.confirmed;
    await reporter.confirm();
    expect(feed()?.confirmed).toEqual(before);
  });

  test("without a bookmark goes on at its last event", async () => {
    const event = {
      type: "ADDED",
      object: reporter.object({ ...internalService("b"), resourceVersion: "90" }),
    };
    await reporter.step(JSON.stringify(event));
    expect(names().toSorted()).toEqual(["a", "b"]);
    expect(reporter.query).toContain("resourceVersion=90&");
  });

  test("of another cluster, identified by its Service default/kubernetes, changes nothing", async () => {
    const service = { name: "kubernetes", namespace: "default", uid: "another", type: "ClusterIP" };
    const added = { type: "ADDED", service: internalService("b") };
    expect(await reporter.confirm([added, { type: "ADDED", service }])).toMatchObject({ outcome: "foreign" });
    expect(names()).toEqual(["a"]);
    expect(feed()?.refused).toEqual({ identity: "another", atUtc: run.clock.nowUtc, count: 1 });
  });

  test("of this cluster, identified by its Service default/kubernetes, is processed", async () => {
    const service = {
      name: "kubernetes",
      namespace: "default",
      uid: "identity of one",
      type: "ClusterIP",
    };
    const added = { type: "ADDED", service: internalService("b") };
    expect(await reporter.confirm([added, { type: "MODIFIED", service }])).toMatchObject({
      outcome: "window taken",
      report: { changes: 2 },
    });
    expect(names().toSorted()).toEqual(["a", "b"]);
  });

  test("of an older resourceVersion changes nothing: order comes from the source", async () => {
    await reporter.confirm([{ type: "MODIFIED", service: internalService("a", { "pls-create": "true" }) }]);
    const late = internalService("a");
    const event = { type: "MODIFIED", object: reporter.object({ ...late, resourceVersion: "4" }) };
    expect(await reporter.step(JSON.stringify(event))).toMatchObject({ outcome: "refused" });
    expect((await run.tables.declarations.get("one", "shop/a"))?.value.intent.pls).toBeDefined();
  });

  test.each([
    ["expired", { code: 410, message: "too old resource version" }],
    ["failed", { code: 500, message: "etcd" }],
  ])("that %s requests a list", async (_name, status) => {
    const answer = await reporter.step(JSON.stringify({ type: "ERROR", object: status }));
    expect(answer).toMatchObject({ outcome: "list needed", query: "limit=500", problems: [status.message] });
  });

  test.each([
    ["cut off in the middle of a line", '{"type":"ADDED","object":{"metadata":{"name":"b"'],
    ["of something else", '{"type":"ADDED","object":{"kind":"Pod"}}'],
    ["cut off after some events", `${bookmark}\n${bookmark.slice(0, 30)}`],
    ["an HTML page", "<html></html>"],
    ["with an event that has a key twice", '{"type":"BOOKMARK","type":"DELETED","object":{}}'],
    ["with an event of an unknown type", '{"type":"RENAMED","object":{}}'],
    ["with a bookmark that is no object", '{"type":"BOOKMARK","object":5}'],
  ])("%s: refused, nothing changed", async (_name, body) => {
    const before = feed()?.confirmed;
    expect(await reporter.step(body)).toMatchObject({ outcome: "refused" });
    expect([names(), feed()?.confirmed]).toEqual([["a"], before]);
  });

  test("names the line of an error, blank lines counted", async () => {
    expect((await reporter.step(`${bookmark}\n\n \n{}`)).problems).toEqual([
      "line 4: not a watch event of Services",
    ]);
  });

  test("of more changes than one request may contain requests a list, and changes nothing", async () => {
    const many = Array.from({ length: MAX_EVENTS + 1 }, () => bookmark).join("\n");
    const problems = [expect.stringContaining(`${MAX_EVENTS + 1} changes`)];
    expect(await reporter.step(many)).toMatchObject({ outcome: "list needed", query: "limit=500", problems });
    expect(names()).toEqual(["a"]);
  });

  test("of as many changes as one request may take is taken", async () => {
    const many = Array.from({ length: MAX_EVENTS }, () => bookmark).join("\n");
    expect(await reporter.step(many)).toMatchObject({ outcome: "window taken" });
  });

  test.each(["\n", " \n", "\r\n", " ", "\t"])("of 2 MiB of %j takes milliseconds", async (blank) => {
    const body = blank.repeat((2 * 1024 * 1024) / blank.length);
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const started = performance.now();
      expect(await readWindow(body, "1")).toMatchObject({ is: "window", changes: [] });
      times.push(performance.now() - started);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  });
});

describe("what admission saw", () => {
  const proposal = (some: Parameters<typeof declared>[0]) =>
    declared({ name: "a", strength: "proposal", observedAtUtc: run.clock.nowUtc, ...some });
  const all = async () =>
    (await listDeclared(run, "one")).map(({ uid, strength, deletedAtUtc }) =>
      [uid, strength, ...(deletedAtUtc === undefined ? [] : ["leaving"])].join(" "),
    );

  test("a create of a name that exists stands beside the confirmed Service and never replaces it", async () => {
    await propose(run, proposal({ uid: "fresh" }));
    expect(await all()).toEqual(["uid-a confirmation", "fresh proposal"]);
  });

  test("a refused update stands beside it too", async () => {
    await propose(run, proposal({ uid: "uid-a", intent: intent({ addresses: { ipv4: "10.0.1.7" } }) }));
    expect(await all()).toEqual(["uid-a confirmation", "uid-a proposal"]);
  });

  test("a delete marks the confirmed Service as leaving; the confirmed row itself does not change", async () => {
    await propose(run, proposal({ uid: "uid-a", deletedAtUtc: run.clock.nowUtc }));
    expect(await all()).toEqual(["uid-a confirmation leaving"]);
    expect(run.tables.declarations.all()[0]?.deletedAtUtc).toBeUndefined();
  });

  test("a late delete of an earlier uid changes nothing that is confirmed", async () => {
    await propose(run, proposal({ uid: "earlier", deletedAtUtc: run.clock.nowUtc }));
    expect(await all()).toContain("uid-a confirmation");
    expect(await all()).not.toContain("uid-a confirmation leaving");
  });

  test("ends when the cluster confirms it", async () => {
    const service = internalService("b");
    await propose(run, proposal({ name: "b", uid: "uid-b", intent: intent() }));
    await reporter.confirm([{ type: "ADDED", service }]);
    expect(run.tables.proposals.all()).toEqual([]);
    expect(feed()?.unannounced).toBeUndefined();
  });

  test("ends when the cluster goes on listing for long enough without it", async () => {
    await propose(run, proposal({ uid: "fresh" }));
    await reporter.list();
    run.clock.advance(91);
    await reporter.list();
    await reporter.list();
    expect(run.tables.proposals.all()).toHaveLength(1);
    await reporter.list();
    expect(run.tables.proposals.all()).toEqual([]);
  });

  test("stays while lists follow each other quickly: the API server may still work on the request", async () => {
    await propose(run, proposal({ uid: "fresh" }));
    for (let n = 0; n < 6; n += 1) await reporter.list();
    expect(run.tables.proposals.all()).toHaveLength(1);
  });

  test("stays beside the refused DELETE of a Service that no report has shown yet", async () => {
    await propose(run, proposal({ uid: "fresh" }));
    await propose(run, proposal({ uid: "fresh", deletedAtUtc: run.clock.nowUtc }));
    await reporter.step("");
    expect(await all()).toContain("fresh proposal");
  });

  test("of an older version that arrives late stands beside the newer one", async () => {
    await propose(
      run,
      proposal({ uid: "fresh", resourceVersion: "30", intent: intent({ addresses: { ipv4: "10.0.1.20" } }) }),
    );
    await propose(run, proposal({ uid: "fresh", resourceVersion: "20" }));
    const addresses = (await listDeclared(run, "one")).map((one) => one.intent.addresses.ipv4);
    expect(addresses).toContain("10.0.1.20");
  });

  test("stays while the cluster reports nothing, however long", async () => {
    await propose(run, proposal({ uid: "fresh" }));
    await reporter.confirm();
    run.clock.advance(3600);
    expect(run.tables.proposals.all()).toHaveLength(1);
  });

  test("a change that the cluster reports and admission never saw counts as unannounced", async () => {
    await reporter.confirm([{ type: "ADDED", service: internalService("b") }]);
    expect(feed()?.unannounced).toMatchObject({ count: 1, example: "shop/b" });
    run.clock.advance(5);
    await propose(run, proposal({ name: "c", uid: "uid-c", intent: intent() }));
    await reporter.confirm([{ type: "ADDED", service: internalService("c") }]);
    expect(feed()?.unannounced).toBeUndefined();
  });
});

describe("a window without a bookmark, as an API server sends it when nothing changed at all", () => {
  test("does not keep the periodic list from being due", async () => {
    run.clock.advance(601);
    await reporter.step("");
    expect(reporter.query).toBe("limit=500");
  });

  test("is followed by a list, if a change needs a confirmation of the cluster", async () => {
    run.clock.advance(20);
    await reporter.step("");
    expect(reporter.query).toContain("watch=1");
    await requestList(run, "one", feed()?.sequence ?? 0);
    await reporter.step("");
    expect(reporter.query).toBe("limit=500");
    await reporter.step();
    await reporter.step("");
    expect(reporter.query).toContain("watch=1");
  });

  test("however many changes wait, lists come at most every 15 seconds", async () => {
    await requestList(run, "one", 1000);
    await reporter.step("");
    expect(reporter.query).toContain("watch=1");
  });
});

describe("a proposal that the API server refused", () => {
  test("is dropped by the lists that come anyway, and its claims are released", async () => {
    const refused = declared({
      name: "a",
      uid: "fresh",
      intent: intent({ addresses: { ipv4: "10.0.1.9" } }),
      strength: "proposal",
      observedAtUtc: run.clock.nowUtc,
    });
    await propose(run, refused);
    const claims = [proposedClaim({ name: "a", uid: "fresh" })];
    const place = addressPlace(subnetId("apps"), "10.0.1.9");
    await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value: subnetRow() }]);
    await run.tables.addresses.transact(place.partition, [
      { do: "put", key: place.key, value: { address: place.text, claims } },
    ]);
    for (let round = 0; round < 4; round += 1) {
      run.clock.advance(601);
      await reporter.step("");
      expect(reporter.query).toBe("limit=500");
      await reporter.step();
    }
    expect(run.tables.proposals.all()).toEqual([]);
    expect(run.tables.addresses.all()).toEqual([]);
  });
});
