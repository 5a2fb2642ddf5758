import { beforeEach, describe, expect, test } from "vitest";
import { BAD_LISTS } from "../builders/badLists.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import { cluster } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
let reporter: Reporter;

beforeEach(async () => {
  run = memoryRun();
  const { identity: _none, ...unbound } = cluster();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: unbound }]);
  reporter = new Reporter(run);
});

const confirmed = () =>
  run.tables.declarations
    .all()
    .map(({ namespace, name }) => `${namespace}/${name}`)
    .toSorted();
const feed = () => run.tables.feeds.all()[0];
const registered = async () => (await run.tables.clusters.get("all", "one"))?.value;

describe("a complete list", () => {
  test("is not forgotten when the window of a sender that lags behind comes after it", async () => {
    const [late, newest] = [new Reporter(run), new Reporter(run)];
    await late.list([internalService("web")]);
    newest.version = 69;
    await newest.list([internalService("web")]);
    await late.step("");
    expect(feed()?.seenVersion).toBe("70");
  });

  test("confirms its Services of type LoadBalancer and binds the cluster to its identity", async () => {
    const answer = await reporter.list([internalService("a"), { name: "b", type: "ClusterIP" }]);
    expect(answer).toMatchObject({
      outcome: "list complete",
      report: { services: 1, changed: 1, removed: 0 },
    });
    expect(confirmed()).toEqual(["shop/a"]);
    expect((await registered())?.identity?.uid).toBe("identity of one");
  });

  test("names the next window from its resourceVersion", async () => {
    await reporter.list([]);
    expect(reporter.query).toBe(
      `watch=1&resourceVersion=${reporter.version}&allowWatchBookmarks=true&timeoutSeconds=8`,
    );
  });

  test("takes effect when its last page is there, and changes nothing before", async () => {
    const services = Array.from({ length: 1200 }, (_, n) =>
      internalService(`s${String(n).padStart(4, "0")}`),
    );
    reporter.services = services;
    await reporter.start();
    expect(reporter.query).toBe("limit=500");
    expect(await reporter.step()).toMatchObject({ outcome: "page staged", query: "limit=500&continue=500" });
    expect(confirmed()).toEqual([]);
    await reporter.step();
    expect(await reporter.step()).toMatchObject({ outcome: "list complete", report: { services: 1200 } });
    expect(confirmed()).toHaveLength(1200);
    expect(run.tables.pages.all()).toEqual([]);
  });

  test("lacks a Service once: it stays, marked as leaving; a second list removes it", async () => {
    await reporter.list([internalService("a"), internalService("b")]);
    await reporter.list([internalService("a")]);
    expect(confirmed()).toEqual(["shop/a", "shop/b"]);
    expect((await run.tables.declarations.get("one", "shop/b"))?.value.deletedAtUtc).toBeDefined();
    await reporter.list([internalService("a")]);
    expect(confirmed()).toEqual(["shop/a"]);
  });

  test("has a Service again that the one before lacked: nothing is left of the mark", async () => {
    await reporter.list([internalService("a")]);
    await reporter.list([]);
    await reporter.list([internalService("a")]);
    const [row] = run.tables.declarations.all();
    expect([row?.missingSince, row?.deletedAtUtc]).toEqual([undefined, undefined]);
  });

  test("that is like the one before writes no declaration", async () => {
    await reporter.list([internalService("a")]);
    const before = run.tables.declarations.calls.count("transact");
    await reporter.list();
    expect(run.tables.declarations.calls.count("transact")).toBe(before);
  });

  test("is requested again when the last one is older than policy allows", async () => {
    await reporter.list([]);
    run.clock.advance(601);
    await reporter.confirm();
    expect(reporter.query).toBe("limit=500");
  });

  test("of one Service, then of none: absence is confirmed like any other", async () => {
    await reporter.list([internalService("a")]);
    await reporter.list([]);
    await reporter.list([]);
    expect(confirmed()).toEqual([]);
    expect(feed()?.list?.services).toBe(0);
  });
});

describe("another cluster's list", () => {
  test("is refused and reported, and changes nothing", async () => {
    await reporter.list([internalService("a")]);
    const foreign = new Reporter(run, "one", "another cluster");
    const answer = await foreign.list([internalService("x")]);
    expect(answer).toMatchObject({ outcome: "foreign", retryAfterSeconds: 30 });
    expect(answer.problems?.[0]).toBe(
      "this is not the list of cluster one: its Service default/kubernetes has uid another cluster, not identity of one; if the cluster was rebuilt, run `mooring clusters rebind one`",
    );
    expect(confirmed()).toEqual(["shop/a"]);
    expect(feed()?.refused).toMatchObject({ identity: "another cluster", count: 1 });
  });

  test("does not disturb the session of the true sender", async () => {
    await reporter.list([internalService("a")]);
    const foreign = new Reporter(run, "one", "another cluster");
    await foreign.list([]);
    expect(await reporter.confirm()).toMatchObject({ outcome: "window taken" });
  });

  test("cannot send windows: a session without a valid list gets queries for lists only", async () => {
    await reporter.list([internalService("a")]);
    const foreign = new Reporter(run, "one", "another cluster");
    await foreign.list([]);
    expect(foreign.query).toBe("limit=500");
    const before = feed()?.confirmed;
    await foreign.step(foreign.bookmark());
    expect(feed()?.confirmed).toEqual(before);
  });

  test("without Service default/kubernetes is refused", async () => {
    await reporter.start();
    const page = JSON.parse(reporter.page(500, null));
    page.items = [];
    expect(await reporter.step(JSON.stringify(page))).toMatchObject({
      outcome: "foreign",
      problems: ["this is not the list of cluster one: it has no Service default/kubernetes"],
    });
    expect((await registered())?.identity).toBeUndefined();
  });

  test("by an active session ends its windows: the next query is a list", async () => {
    await reporter.list([internalService("a")]);
    run.clock.advance(601);
    await reporter.confirm();
    reporter.identity = "rebuilt";
    expect(await reporter.step()).toMatchObject({ outcome: "foreign" });
    expect(feed()?.sessions?.filter(({ listing }) => !listing)).toEqual([]);
    expect(reporter.query).toBe("limit=500");
  });
});

describe("a list that is not valid", () => {
  const cases = [
    ...BAD_LISTS,
    [
      "of more Services than any cluster has",
      () => JSON.stringify({ ...JSON.parse(reporter.page(500, null)), items: Array(200_001).fill(0) }),
      "more than the 500 Services that were requested",
    ] as const,
  ];

  test.each(cases)("%s: refused with a reason, nothing changed", async (_name, body, reason) => {
    await reporter.list([internalService("a"), internalService("b")]);
    const before = [confirmed(), feed()?.confirmed, feed()?.list];
    await reporter.start();
    const answer = await reporter.step(body());
    expect(answer.outcome).toBe("refused");
    expect(answer.problems?.join("; ")).toContain(reason);
    expect([confirmed(), feed()?.confirmed, feed()?.list]).toEqual(before);
    expect(reporter.query).toBe("limit=500");
  });

  test("with pages of different resourceVersions", async () => {
    reporter.services = Array.from({ length: 600 }, (_, n) => internalService(`s${1000 + n}`));
    await reporter.start();
    await reporter.step();
    reporter.version += 1;
    expect((await reporter.step()).problems).toEqual([
      "metadata.resourceVersion: 11, but the pages before it have 10",
    ]);
  });

  test("with a page that is sent twice", async () => {
    reporter.services = Array.from({ length: 600 }, (_, n) => internalService(`s${1000 + n}`));
    await reporter.start();
    await reporter.step();
    expect((await reporter.step(reporter.page(500, null))).problems?.[0]).toContain("a page was repeated");
    expect(confirmed()).toEqual([]);
  });

  test("with a Service that is newer than the list: such a row would never change again", async () => {
    await reporter.list([{ ...internalService("a"), resourceVersion: "9".repeat(39) }]);
    expect(confirmed()).toEqual([]);
  });

  test("with a second Service default/kubernetes on another page", async () => {
    reporter.services = Array.from({ length: 600 }, (_, n) => internalService(`s${1000 + n}`));
    await reporter.start();
    await reporter.step();
    const page = JSON.parse(reporter.page(500, "500"));
    page.items.unshift(JSON.parse(reporter.page(500, null)).items[0]);
    expect((await reporter.step(JSON.stringify(page))).problems?.[0]).toContain("a page was repeated");
    expect([confirmed(), (await registered())?.identity]).toEqual([[], undefined]);
  });

  test("with a page left out: what was not requested is not taken, and the list begins again", async () => {
    reporter.services = Array.from({ length: 1200 }, (_, n) => internalService(`s${1000 + n}`));
    const first = await reporter.start();
    const [id, number = ""] = first.sequence.split(".");
    const later = `${id}.${Number(number) + 2}`;
    await reporter.step();
    const answer = await reporter.post({ sequence: later, status: 200, body: reporter.page(500, "1000") });
    expect(answer).toMatchObject({ outcome: "started", query: "limit=500" });
    expect(confirmed()).toEqual([]);
  });

  test("whose resourceVersion is older than what was reported", async () => {
    await reporter.list([internalService("a")]);
    reporter.version = 6;
    await reporter.start();
    expect((await reporter.step()).problems?.[0]).toContain(
      "is older than 11, which the cluster reported before",
    );
  });
});

describe("answers that are lost", () => {
  test("a post that was taken already is answered with the current query, and changes nothing", async () => {
    reporter.services = Array.from({ length: 600 }, (_, n) => internalService(`s${1000 + n}`));
    const first = await reporter.start();
    const post = { sequence: first.sequence, status: 200, body: reporter.page(500, null) };
    const taken = await reporter.post(post);
    const again = await reporter.post(post);
    expect(again).toMatchObject({ outcome: "repeated", sequence: taken.sequence, query: taken.query });
    expect(await reporter.step()).toMatchObject({ outcome: "list complete" });
  });

  test.each(["", "nonsense", "x.1", "x.-1", "x.9e99"])(
    "sequence %j of no session begins a new one",
    async (sequence) => {
      await reporter.list([]);
      expect(await reporter.post({ sequence, status: 200, body: "{}" })).toMatchObject({
        outcome: "started",
        query: "limit=500",
      });
      expect(feed()?.sessions?.map(({ listing }) => listing === undefined)).toEqual([true, false]);
    },
  );

  test("numbers only grow, whatever sessions there are", async () => {
    const numbers: number[] = [];
    for (const one of [reporter, new Reporter(run), reporter])
      numbers.push(Number((await one.list()).sequence.split(".").at(-1)));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe("an API server that does not answer", () => {
  const failing = async (status: number, body = "") => {
    const { sequence } = await reporter.start();
    return reporter.post({ sequence, status, body });
  };

  test("410: the list begins again", async () => {
    expect(await failing(410)).toMatchObject({ outcome: "list needed", query: "limit=500" });
  });

  test("a page that is too large: half of it, down to ten", async () => {
    expect((await failing(413)).query).toBe("limit=250");
    for (let n = 0; n < 6; n += 1) await reporter.post({ sequence: await pending(), status: 413, body: "" });
    expect(reporter.query).toBe("limit=10");
  });

  const pending = async () => {
    const last = feed()?.sessions?.at(-1);
    return `${last?.id}.${last?.pending}`;
  };

  test("403: recorded with its reason, and repeated later", async () => {
    const answer = await failing(403, '{"message":"cannot list services"}');
    expect(answer).toMatchObject({ outcome: "problem recorded", query: "limit=500", retryAfterSeconds: 30 });
    expect(feed()?.problem?.message).toBe(
      'the API server answered the sender with status 403: {"message":"cannot list services"}',
    );
    await reporter.step();
    expect(feed()?.problem).toBeUndefined();
  });
});
