import { beforeEach, describe, expect, test } from "vitest";
import { stopWriting } from "../../shared/changes/stop.ts";
import { listFindings } from "../../shared/findings/findingStore.ts";
import { Notice } from "../../shared/audit/notice.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { listProgress } from "../../shared/audit/runStore.ts";
import { startAudit } from "../../shared/audit/startAudit.ts";
import { sendNotices } from "../../shared/audit/sendNotices.ts";
import { NotYet, Obsolete } from "../../shared/core/errors.ts";
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

test("an audit that ends enqueues one message for each destination", async () => {
  run.notices.push(new MemoryNotices("webhook"));
  const { id } = await audit();
  expect(messages().map(({ what, id }) => [what, id])).toEqual([
    ["topic", id],
    ["webhook", id],
  ]);
});

test("nothing is enqueued without destinations", async () => {
  run.notices.length = 0;
  await audit();
  expect(messages()).toEqual([]);
});

test("notices match the schema, are the same each time, and are not sent again once recorded as sent", async () => {
  estate.look({ one: "visible", two: "both" });
  estate.unreadable("three", true);
  const { id } = await audit();
  run.tables.runs.calls.failNext(new Error("storage is unavailable"), { method: "transact" });
  await expect(sendNotices(run, { what: "topic", id })).rejects.toThrow("storage is unavailable");
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
    open: { error: 3, warning: 0, info: 0 },
    appeared: 3,
    omitted: 0,
    failures: [{ why: "gateway timeout" }],
  });
  run.clock.advance(3600);
  await sendNotices(run, { what: "topic", id });
  expect(told.told).toEqual(first);
  await sendNotices(run, { what: "topic", id });
  expect(told.told).toHaveLength(first.length);
});

test("of many findings of a scope the most severe are sent, and the rest counted; the row stays small", async () => {
  await estate.watch(["subnet-nearly-full"]);
  const rows = Array.from({ length: 350 }, (_, n) => subnetRow({ name: `s${n}`, usedAddresses: 250 }));
  for (const value of rows)
    await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: value.name, value }]);
  const { id, appeared } = await audit();
  expect(appeared).toBe(350);
  await sendNotices(run, { what: "topic", id });
  expect(told.told).toHaveLength(301);
  expect(told.told.at(-1)?.data).toMatchObject({ appeared: 350, omitted: 50 });
  for (const row of await listProgress(run, id)) expect(JSON.stringify(row).length).toBeLessThan(300_000);
});

test("long messages are truncated to keep the row of the scope small; the finding has the complete text", async () => {
  await estate.watch(["writing-stopped"]);
  await stopWriting(run, "why ".repeat(5000));
  run.clock.advance(7 * 86_400);
  const { id } = await audit();
  await sendNotices(run, { what: "topic", id });
  expect(told.told[0]?.data).toMatchObject({ message: expect.stringMatching(/^writes to .{480,500}…$/) });
  expect((await listFindings(run))[0]?.message.length).toBeGreaterThan(20_000);
});

test("an unavailable receiver is retried with backoff: ten times in seven hours", async () => {
  const { id } = await audit();
  const waits = [];
  for (let attempt = 0; attempt <= 10; attempt += 1) {
    told.calls.failNext(new NotYet("503", 60));
    const refused = await sendNotices(run, { what: "topic", id, attempt }).catch((error: NotYet) => error);
    waits.push((refused as NotYet).retryAfterSeconds);
  }
  expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]);
  told.calls.failNext(new NotYet("429", 7200));
  await expect(sendNotices(run, { what: "topic", id, attempt: 0 })).rejects.toMatchObject({
    retryAfterSeconds: 7200,
  });
});

describe("nothing is sent", () => {
  test("of a run that has not ended: a little later", async () => {
    const { id } = await startAudit(run, ASKED);
    await expect(sendNotices(run, { what: "topic", id })).rejects.toThrow(NotYet);
  });

  test.each([
    ["of a run that is not", "topic", "20261123-120000000-ffffff"],
    ["to a destination that is no longer configured", "webhook", "x"],
  ])("%s", async (_, what, id) => {
    await expect(sendNotices(run, { what, id })).rejects.toThrow(Obsolete);
    expect(told.told).toEqual([]);
  });
});
