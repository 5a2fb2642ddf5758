/** What is kept about changes: the journal, who wrote a field lately, the global stop, and when a version was seen first. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  closeEntry,
  countDeletes,
  listJournal,
  listJournalAfter,
  noteReleased,
  noteUnresolved,
  openEntry,
  readEntry,
  settleEntry,
} from "../../shared/changes/journalStore.ts";
import type { Outcome } from "../../shared/changes/journal.ts";
import { isConfirmedSince } from "../../shared/changes/order.ts";
import { type Change, originOf } from "../../shared/changes/plan.ts";
import { isStopped, readStop, resumeWriting, stopWriting } from "../../shared/changes/stop.ts";
import { lastHour, mostRepairs, recordTouch, repairsOf, type Touch } from "../../shared/changes/touches.ts";
import { balancerId, plsIdIn, NOW } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const ID = plsIdIn("pls");
const CAUSE = { why: "test", who: "system", correlationId: "c" };
const base = {
  capability: "privateLinkServices",
  resourceId: ID,
  cluster: "one",
  reason: "r",
  evidence: [],
} as const;
const deletion: Change = { ...base, action: "delete" };
const update = (...paths: string[]): Change => ({
  ...base,
  action: "update",
  edits: paths.map((path) => ({ path, before: 1, after: 2 })),
});

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

describe("the journal", () => {
  const open = (change: Change = deletion, before?: object) =>
    openEntry(run, change, { cause: CAUSE, policyVersion: "7", ...(before && { before: before as never }) });
  const ids = async (since?: string) =>
    (await Array.fromAsync(listJournal(run, since))).map(({ entry }) => entry.id);

  test("keeps the state before and after beside the entry", async () => {
    const opened = await open(deletion, { a: 1 });
    expect(opened.entry).toEqual({
      id: "id-1",
      change: deletion,
      cause: CAUSE,
      policyVersion: "7",
      outcome: "intended",
      intendedAtUtc: NOW,
      beforeState: "id-1/before.json",
    });
    run.clock.advance(5);
    await closeEntry(run, opened, { outcome: "applied", why: "done", after: { a: 2 } });
    expect(run.tables.journal.all()).toEqual([
      {
        ...opened.entry,
        outcome: "applied",
        why: "done",
        completedAtUtc: "2026-11-23T12:00:05.000Z",
        afterState: "id-1/after.json",
      },
    ]);
    expect([...run.states.states]).toEqual([
      ["id-1/before.json", { a: 1 }],
      ["id-1/after.json", { a: 2 }],
    ]);
  });

  test("keeps no state where there is none", async () => {
    const opened = await open();
    await closeEntry(run, opened, { outcome: "applied" });
    expect(Object.keys(run.tables.journal.all()[0] ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/State$|^why$/)]),
    );
    expect(run.states.states.size).toBe(0);
  });

  test("is not written over an entry that is there: then nothing may be written to Azure", async () => {
    await open();
    Object.assign(run, { newId: () => "id-1" });
    await expect(open()).rejects.toThrow("journal entry id-1 could not be written");
  });

  test("only the version that was opened completes an entry", async () => {
    const opened = await open();
    await closeEntry(run, opened, { outcome: "applied" });
    await closeEntry(run, opened, { outcome: "failed" });
    expect(run.tables.journal.all()).toMatchObject([{ outcome: "applied" }]);
  });

  const states = () => run.states.states.get(run.tables.journal.all()[0]?.afterState ?? "");
  test.each<[Outcome, Outcome, Outcome, number]>([
    ["applied", "failed", "applied", 2],
    ["applied", "refused", "applied", 2],
    ["applied", "unknown", "applied", 2],
    ["failed", "applied", "applied", 1],
    ["refused", "applied", "applied", 1],
    ["unknown", "applied", "applied", 1],
    ["refused", "failed", "failed", 1],
    ["unknown", "refused", "refused", 1],
    ["refused", "unknown", "refused", 2],
    ["failed", "unknown", "failed", 2],
  ])("its writer records %s after another process recorded %s: it is %s", async (own, other, outcome, a) => {
    const opened = await open(update("a"));
    await settleEntry(run, opened, { outcome: other, ...(other === outcome && { after: { a: 1 } }) });
    await closeEntry(run, opened, { outcome: own, ...(own === outcome && { after: { a: 2 } }) });
    expect(run.tables.journal.all()).toMatchObject([{ outcome }]);
    expect(states()).toEqual({ a });
  });

  test("a result that is not recorded leaves the state of the one that is", async () => {
    const opened = await open(update("a"));
    await settleEntry(run, opened, { outcome: "applied", after: { a: 1 } });
    await closeEntry(run, opened, { outcome: "failed", after: { a: 2 } });
    expect(states()).toEqual({ a: 1 });
  });

  test("a note on an open entry does not keep its writer from recording the result", async () => {
    const opened = await open();
    await noteUnresolved(run, opened, "403");
    await closeEntry(run, opened, { outcome: "refused", why: "ScopeLocked" });
    expect(run.tables.journal.all()).toMatchObject([{ outcome: "refused", why: "ScopeLocked" }]);
  });

  test("a result that was found by reading replaces nothing that was written meanwhile", async () => {
    const opened = await open();
    await closeEntry(run, opened, { outcome: "refused" });
    expect(await settleEntry(run, opened, { outcome: "applied" })).toBe(false);
    expect(run.tables.journal.all()).toMatchObject([{ outcome: "refused" }]);
  });

  test("notes why an entry stays open, once", async () => {
    const opened = await open();
    await noteUnresolved(run, opened, "403");
    const noted = await readEntry(run, opened.entry);
    expect(noted?.entry).toMatchObject({ outcome: "intended", why: "403" });
    const writes = run.tables.journal.calls.count("transact");
    if (noted) await noteUnresolved(run, noted, "403");
    expect(run.tables.journal.calls.count("transact")).toBe(writes);
  });

  test("has a line about what was released, with which nothing was written", async () => {
    await noteReleased(run, deletion, "a Service uses it");
    expect(run.tables.journal.all()).toEqual([
      {
        id: "id-1",
        change: deletion,
        cause: { why: "quarantine", who: "system", correlationId: "id-1" },
        policyVersion: "",
        outcome: "released",
        why: "a Service uses it",
        intendedAtUtc: NOW,
      },
    ]);
  });

  test("is read newest first, from a moment on and from a key on", async () => {
    for (let n = 0; n < 3; n += 1) {
      await open();
      run.clock.advance(1);
    }
    expect(await ids()).toEqual(["id-3", "id-2", "id-1"]);
    expect(await ids("2026-11-23T12:00:01.000Z")).toEqual(["id-3", "id-2"]);
    const all = await Array.fromAsync(listJournalAfter(run));
    expect(all.map(({ entry }) => entry.id)).toEqual(["id-3", "id-2", "id-1"]);
    const rest = await Array.fromAsync(listJournalAfter(run, all[1]?.key));
    expect(rest.map(({ entry }) => entry.id)).toEqual(["id-1"]);
  });

  test.each<[Outcome, number]>([
    ["applied", 1],
    ["intended", 1],
    ["unknown", 1],
    ["failed", 0],
    ["refused", 0],
    ["released", 0],
  ])("a delete that is %s counts %d against the budget of the day", async (outcome, count) => {
    const opened = await open();
    await closeEntry(run, opened, { outcome });
    expect(await countDeletes(run, NOW)).toBe(count);
  });

  test("an update does not count against it, nor does what was before", async () => {
    await open(update("a"));
    await open();
    expect(await countDeletes(run, NOW)).toBe(1);
    expect(await countDeletes(run, "2026-11-23T12:00:00.001Z")).toBe(0);
  });
});

describe("who wrote a Private Link Service lately", () => {
  const touch = (minutesAgo: number, some: Partial<Touch> = {}): Touch => ({
    atUtc: new Date(Date.parse(NOW) - minutesAgo * 60_000).toISOString(),
    who: "mooring",
    operation: "repair",
    paths: ["a"],
    ...some,
  });
  const times = (touches: readonly Touch[]) => touches.map(({ atUtc }) => atUtc);

  test("is kept for a day and read for an hour, whatever the case of the id", async () => {
    const kept = [24 * 60 + 1, 24 * 60, 61, 60, 0].map((minutes) => touch(minutes));
    for (const [at, one] of kept.entries()) await recordTouch(run, ID.toUpperCase(), `e${at}`, one);
    expect(await lastHour(run, ID)).toEqual(kept.slice(3));
    expect(times(run.tables.touches.all())).toEqual(times(kept.slice(1)));
  });

  test("is noted once for each event, and for two events of one moment twice", async () => {
    for (const id of ["e1", "e1", "e2"]) await recordTouch(run, ID, id, touch(0));
    expect(await lastHour(run, ID)).toHaveLength(2);
    expect(await lastHour(run, plsIdIn("other"))).toEqual([]);
  });

  const repairs = [
    touch(1, { paths: ["a", "b"] }),
    touch(2, { paths: ["b"] }),
    touch(3, { who: "someone", paths: ["a"] }),
    { atUtc: NOW, who: "mooring", operation: "write" },
  ];
  test.each<[string, Change, number]>([
    ["of one of its fields count", update("a"), 1],
    ["of any of its fields count", update("x", "b"), 2],
    ["of other fields do not", update("c"), 0],
    ["do not count against a delete", deletion, 0],
    ["do not count against another capability", { ...update("a"), capability: "connections" }, 0],
  ])("repairs %s", (_, change, count) => expect(repairsOf(repairs, change)).toBe(count));

  test("the field that was repaired most often decides", () => {
    expect(mostRepairs(repairs)).toBe(2);
    expect(mostRepairs(repairs.slice(2))).toBe(0);
    expect(mostRepairs(["a", "b", "c"].map((path) => touch(1, { paths: [path] })))).toBe(1);
    expect(mostRepairs([])).toBe(0);
  });
});

describe("the global stop", () => {
  test("is there with its reason until writing is resumed", async () => {
    expect([await isStopped(run), await readStop(run)]).toEqual([false, undefined]);
    await stopWriting(run, "incident", "ann");
    expect([await isStopped(run), await readStop(run)]).toEqual([
      true,
      { why: "incident", sinceUtc: NOW, who: "ann" },
    ]);
    await resumeWriting(run);
    expect([await isStopped(run), await readStop(run)]).toEqual([false, undefined]);
  });

  test("has no name if it is not recorded who stopped it", async () => {
    await stopWriting(run, "incident");
    expect(await readStop(run)).toStrictEqual({ why: "incident", sinceUtc: NOW });
    expect(Object.keys(run.tables.policies.all()[0]?.policy ?? {})).toEqual(["why"]);
  });

  test("without a reason has an empty one", async () => {
    const value = { policy: {}, appliedAtUtc: NOW };
    await run.tables.policies.transact("policy", [{ do: "put", key: "stop", value }]);
    expect(await readStop(run)).toEqual({ why: "", sinceUtc: NOW });
  });
});

describe("a confirmation is newer than the last write", () => {
  const issue = (sequence: number) =>
    run.tables.feeds.transact("all", [{ do: "put", key: "one", value: { cluster: "one", sequence } }]);
  const judge = (confirmedSequence: number | undefined, ...versions: [string, string][]) =>
    isConfirmedSince(
      run,
      { cluster: "one", ...(confirmedSequence !== undefined && { confirmedSequence }) },
      versions.map(([id, version]) => ({ id, version })),
    );
  const wanted = async () => (await run.tables.feeds.get("wanted", "one"))?.value.sequence;

  test("of all resources, otherwise a list of the cluster is requested under the newest number", async () => {
    await issue(4);
    expect(await judge(9, [ID, "1"])).toBe(false);
    await issue(6);
    expect(await judge(9, [ID.toUpperCase(), "1"], [balancerId(), "1"])).toBe(false);
    expect(run.tables.observations.all().map(({ sequence }) => sequence)).toEqual([4, 6]);
    expect(await judge(6, [ID, "1"], [balancerId(), "1"])).toBe(false);
    expect(await judge(4, [ID, "1"], [balancerId(), "1"])).toBe(false);
    expect(await wanted()).toBe(6);
    expect(await judge(7, [ID, "1"], [balancerId(), "1"])).toBe(true);
  });

  test("never without one", async () => {
    await judge(undefined, [ID, "1"]);
    expect(await judge(undefined, [ID, "1"])).toBe(false);
    expect(await wanted()).toBe(0);
  });

  test("at once if there is nothing to be newer than", async () => expect(await judge(undefined)).toBe(true));
});

test.each<[string, string | undefined, string]>([
  ["with its resourceVersion", "12", `Kubernetes, resourceVersion 12, ${NOW}`],
  ["without one", undefined, `Kubernetes, ${NOW}`],
])("evidence is named by its origin %s", (_, version, expected) =>
  expect(originOf({ source: "Kubernetes", atUtc: NOW, ...(version && { version }) })).toBe(expected),
);
