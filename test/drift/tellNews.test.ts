import { beforeEach, describe, expect, test } from "vitest";
import { stopWriting } from "../../shared/changes/stop.ts";
import { listFindings } from "../../shared/drift/findingStore.ts";
import { Notice } from "../../shared/drift/notice.ts";
import { runAudit } from "../../shared/drift/runAudit.ts";
import { listProgress } from "../../shared/drift/runStore.ts";
import { startAudit } from "../../shared/drift/startAudit.ts";
import { tellNews } from "../../shared/drift/tellNews.ts";
import { NotYet, Obsolete } from "../../shared/errors.ts";
import { AuditEstate } from "../builders/auditEstate.ts";
import { subnetRow, VNET } from "../builders/world.ts";
import { MemoryNotices } from "../memory/notices.ts";
import type { MemoryRun } from "../memory/run.ts";

const ASKED = { who: "me", why: "test" };

let estate: AuditEstate;
let run: MemoryRun;
let told: MemoryNotices;

beforeEach(async () => {
  estate = await AuditEstate.create();
  run = estate.run;
  told = new MemoryNotices("topic");
  run.notices.push(told);
});

const audit = async () => (await runAudit(run, ASKED)).run;
const messages = () => run.queue.sent.filter(({ queue }) => queue === "notices").map(({ item }) => item);

test("an audit that ends asks once for each who wants to know", async () => {
  run.notices.push(new MemoryNotices("webhook"));
  const { id } = await audit();
  expect(messages().map(({ what, id }) => [what, id])).toEqual([
    ["topic", id],
    ["webhook", id],
  ]);
});

test("nobody is asked for if nobody wants to know", async () => {
  run.notices.length = 0;
  await audit();
  expect(messages()).toEqual([]);
});

test("what is told is what the schema says, the same each time, and not again once it is known to be told", async () => {
  estate.look({ one: "visible", two: "both" });
  estate.unreadable("three", true);
  const { id } = await audit();
  run.tables.runs.calls.failNext(new Error("storage is away"), { method: "transact" });
  await expect(tellNews(run, { what: "topic", id })).rejects.toThrow("storage is away");
  const first = told.told.splice(0);
  expect(first.map((notice) => Notice.parse(notice))).toEqual(first);
  expect(first.map(({ type, id: noticeId }) => [type, noticeId.startsWith(id)])).toEqual([
    ["Mooring.Finding.Opened", true],
    ["Mooring.Finding.Opened", true],
    ["Mooring.Finding.Opened", true],
    ["Mooring.Audit.Finished", true],
  ]);
  expect(new Set(first.map((notice) => notice.id)).size).toBe(4);
  expect(first.at(-1)?.data).toMatchObject({
    state: "failed",
    open: { error: 3, warn: 0, info: 0 },
    appeared: 3,
    untold: 0,
    failures: [{ why: "gateway timeout" }],
  });
  run.clock.advance(3600);
  await tellNews(run, { what: "topic", id });
  expect(told.told).toEqual(first);
  await tellNews(run, { what: "topic", id });
  expect(told.told).toHaveLength(first.length);
});

test("of very many findings of a scope the most severe are told, and the rest counted; the row stays small", async () => {
  await estate.watch(["subnet-nearly-full"]);
  const rows = Array.from({ length: 350 }, (_, n) => subnetRow({ name: `s${n}`, usedAddresses: 250 }));
  for (const value of rows)
    await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: value.name, value }]);
  const { id, appeared } = await audit();
  expect(appeared).toBe(350);
  await tellNews(run, { what: "topic", id });
  expect(told.told).toHaveLength(301);
  expect(told.told.at(-1)?.data).toMatchObject({ appeared: 350, untold: 50 });
  for (const row of await listProgress(run, id)) expect(JSON.stringify(row).length).toBeLessThan(300_000);
});

test("what Azure or a person said at length is told short, or the scope's row would outgrow storage; the finding has it whole", async () => {
  await estate.watch(["writing-stopped"]);
  await stopWriting(run, "why ".repeat(5000));
  run.clock.advance(7 * 86_400);
  const { id } = await audit();
  await tellNews(run, { what: "topic", id });
  expect(told.told[0]?.data).toMatchObject({ message: expect.stringMatching(/^nothing has .{480,500}…$/) });
  expect((await listFindings(run))[0]?.message.length).toBeGreaterThan(20_000);
});

test("a receiver that wants us to wait is asked ever more seldom: ten times in seven hours", async () => {
  const { id } = await audit();
  const waits = [];
  for (let attempt = 0; attempt <= 10; attempt += 1) {
    told.calls.failNext(new NotYet("503", 60));
    const refused = await tellNews(run, { what: "topic", id, attempt }).catch((error: NotYet) => error);
    waits.push((refused as NotYet).retryAfterSeconds);
  }
  expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]);
  told.calls.failNext(new NotYet("429", 7200));
  await expect(tellNews(run, { what: "topic", id, attempt: 0 })).rejects.toMatchObject({
    retryAfterSeconds: 7200,
  });
});

describe("nothing is told", () => {
  test("of a run that has not ended: a little later", async () => {
    const { id } = await startAudit(run, ASKED);
    await expect(tellNews(run, { what: "topic", id })).rejects.toThrow(NotYet);
  });

  test.each([
    ["of a run that is not", "topic", "20261123-120000000-ffffff"],
    ["to somebody who does not want to know any more", "webhook", "x"],
  ])("%s", async (_, what, id) => {
    await expect(tellNews(run, { what, id })).rejects.toThrow(Obsolete);
    expect(told.told).toEqual([]);
  });
});
