/** What one post leaves behind: the number of the next query, staged pages, problems, and what the feed records. */
import { beforeEach, describe, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import { cluster } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
let reporter: Reporter;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  reporter = new Reporter(run);
  await reporter.list([internalService("a")]);
});

const feed = () => run.tables.feeds.all()[0];
const numberOf = (sequence = "") => Number(sequence.slice(sequence.lastIndexOf(".") + 1));
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => internalService(`s${String(n).padStart(5, "0")}`));
/** The answer of the sender to the query that Mooring named last, with a status of the API server. */
const failing = async (status: number, body = "") => {
  const { sequence } = await reporter.post({ sequence: await pending(), status, body });
  return sequence;
};
const pending = async () => {
  const session = feed()?.sessions?.at(-1);
  return `${session?.id}.${session?.pending}`;
};

describe("a number is never issued twice", () => {
  const foreign = { name: "kubernetes", namespace: "default", uid: "another", type: "ClusterIP" };
  test.each<[string, () => Promise<unknown>]>([
    ["a window that is no watch", () => reporter.step("{}")],
    ["a window that failed", () => reporter.step('{"type":"ERROR","object":{"code":500}}')],
    ["a window of another cluster", () => reporter.confirm([{ type: "ADDED", service: foreign }])],
    ["a query that the API server refused", () => failing(403)],
    ["a window that the API server no longer has", () => failing(410)],
  ])("after %s the next query has a higher one", async (_, post) => {
    const before = feed()?.sequence ?? 0;
    await post();
    expect(numberOf(await pending())).toBe(before + 1);
  });

  test("of two senders' lists the one that began later stays confirmed", async () => {
    const other = new Reporter(run);
    await other.start();
    await reporter.list([internalService("a")]);
    const confirmed = feed()?.confirmed;
    other.version = reporter.version;
    other.services = [internalService("a")];
    expect((await other.step()).outcome).toBe("list complete");
    expect(feed()?.confirmed).toEqual(confirmed);
    expect(feed()?.list?.sequence).toBeLessThan(confirmed?.sequence ?? 0);
  });
});

describe("staged pages are dropped", () => {
  const stage = async () => {
    reporter.services = many(600);
    await reporter.start();
    await reporter.step();
    expect(run.tables.pages.all().length).toBeGreaterThan(0);
  };

  test("with a list that is refused", async () => {
    await stage();
    expect((await reporter.step("{}")).outcome).toBe("refused");
    expect(run.tables.pages.all()).toEqual([]);
  });

  test("with a list of another cluster", async () => {
    reporter.identity = "another";
    await stage();
    expect((await reporter.step()).outcome).toBe("foreign");
    expect(run.tables.pages.all()).toEqual([]);
  });

  test("with the session that a fifth sender replaces", async () => {
    for (let n = 0; n < 4; n += 1) await stage();
    const before = run.tables.pages.all().length;
    for (let n = 0; n < 4; n += 1) await reporter.start();
    expect(run.tables.pages.all().length).toBeLessThan(before);
  });
});

describe("what the API server did not answer", () => {
  const recorded = () => feed()?.problem?.message;
  test.each<[number, string, string]>([
    [0, "", "the sender cannot reach the API server"],
    [0, " connection refused\n", "the sender cannot reach the API server: connection refused"],
    [403, "no", "the API server answered the sender with status 403: no"],
    [500, " ", "the API server answered the sender with status 500"],
    [500, "x".repeat(301), `the API server answered the sender with status 500: ${"x".repeat(300)}`],
  ])("status %d with %j is recorded, and returned to the sender", async (status, body, message) => {
    const { problems } = await reporter.post({ sequence: await pending(), status, body });
    expect([recorded(), problems]).toEqual([message, [message]]);
  });

  test("a page that is too large is requested again from the same place, half as large", async () => {
    reporter.services = many(600);
    await reporter.start();
    const { query } = await reporter.step();
    await failing(413);
    expect(reporter.query).toBe(query.replace("limit=500", "limit=250"));
    expect(query).toContain("continue=");
  });

  test("a window that is too large is read as a list", async () => {
    await failing(413);
    expect(reporter.query).toBe("limit=500");
  });

  test("a failure of the storage is no fault of the sender: it repeats its post", async () => {
    run.tables.declarations.calls.failNext(new Error("503"), { method: "get" });
    await expect(reporter.confirm([{ type: "ADDED", service: internalService("b") }])).rejects.toThrow("503");
  });
});

describe("the feed", () => {
  const probe = { verdict: "ok", atUtc: "2026-11-23T12:00:00.000Z" };

  test("keeps what the sender found at the relay until it finds something else", async () => {
    await reporter.post({
      sequence: await pending(),
      status: 200,
      body: reporter.bookmark(),
      webhook: probe,
    });
    expect(feed()?.webhook).toEqual(probe);
    await reporter.confirm();
    expect(feed()?.webhook).toEqual(probe);
  });

  test.each([
    [29, true],
    [30, false],
    [31, false],
  ])("names a refused list for the stale time: after %d of 30 minutes %s", async (minutes, isNamed) => {
    await applyPolicy(run, { staleMinutes: 30 });
    await new Reporter(run, "one", "another").list();
    run.clock.advance(minutes * 60);
    await reporter.list();
    expect(feed()?.refused !== undefined).toBe(isNamed);
  });

  test("counts the lists that were refused", async () => {
    for (let n = 0; n < 2; n += 1) await new Reporter(run, "one", "another").list();
    expect(feed()?.refused).toMatchObject({ identity: "another", count: 2 });
  });
});

describe("an answer", () => {
  test("has what the sender needs, and nothing else", async () => {
    const { sequence, query } = await reporter.start();
    expect(await reporter.post({ sequence: "unknown", body: "" })).toStrictEqual({
      sequence: expect.any(String),
      query,
      outcome: "started",
    });
    expect(numberOf(await pending())).toBe(numberOf(sequence) + 1);
  });

  test("reports the pages and Services that were taken", async () => {
    reporter.services = many(600);
    await reporter.start();
    expect((await reporter.step()).report).toEqual({ page: 1, services: 500 });
  });
});
