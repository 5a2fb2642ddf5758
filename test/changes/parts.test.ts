/** A plan in parts: what stops one part does not stop the others, and budgets hold for all of them. */
import { describe, expect, test } from "vitest";
import {
  type Applied,
  type Apply,
  type ApplyOptions,
  failureOf,
  throwFailures,
} from "../../shared/changes/applied.ts";
import { counted } from "../../shared/changes/counted.ts";
import { inParts, inPartsToRecord, oneByOne, type Part } from "../../shared/changes/parts.ts";
import type { Change, Plan } from "../../shared/changes/plan.ts";
import { Conflict, NotYet } from "../../shared/core/errors.ts";
import { memoryRun } from "../memory/run.ts";

const change = (resourceId: string, action: "delete" | "update" = "delete"): Change => ({
  capability: "sweep",
  resourceId,
  cluster: "one",
  reason: "r",
  evidence: [],
  action,
  edits: [],
});
const plan = (...ids: string[]): Plan => ({ changes: ids.map((id) => change(id)) });
const CAUSE = { why: "test", who: "system", correlationId: "c" };
type Script = Record<string, Applied["outcome"] | Error>;

/** Applies by a script, and records how many earlier removals each part got. */
async function applied(parts: readonly Part[], script: Script) {
  const told: (number | undefined)[] = [];
  const apply: Apply = async (_run, { changes }, _cause, { removedBefore }: ApplyOptions) => {
    told.push(removedBefore);
    return changes.map((one) => {
      const outcome = script[one.resourceId] ?? "applied";
      if (outcome instanceof Error) throw outcome;
      return { change: one, outcome };
    });
  };
  const all = await inParts(apply, parts)(memoryRun(), { changes: [] }, CAUSE, { inSight: 1 });
  return {
    told,
    lines: all.map(({ change: { resourceId }, outcome, why }) =>
      [resourceId, outcome, why].filter(Boolean).join(" "),
    ),
  };
}

describe("parts", () => {
  test.each<[string, Script, string[], number[]]>([
    ["that are applied count as removed", {}, ["a applied", "b applied", "c applied"], [0, 1, 2]],
    ["that failed may have removed", { a: "failed" }, ["a failed", "b applied", "c applied"], [0, 1, 2]],
    [
      "that were refused removed nothing",
      { a: "refused", b: "observed" },
      ["a refused", "b observed", "c applied"],
      [0, 0, 0],
    ],
    [
      "that throw anything after a write count as failed",
      { b: new Error("boom") },
      ["a applied", "b failed boom", "c applied"],
      [0, 1, 2],
    ],
    [
      "that are deferred after a write count as failed",
      { b: new NotYet("busy", 1) },
      ["a applied", "b failed busy", "c applied"],
      [0, 1, 2],
    ],
    [
      "that throw before any write do not stop a later one",
      { a: new Error("boom") },
      ["a failed boom", "b applied", "c applied"],
      [0, 1, 2],
    ],
    [
      "that are deferred before any write do not stop a later one",
      { a: new NotYet("busy", 1) },
      ["a failed busy", "b applied", "c applied"],
      [0, 1, 2],
    ],
    [
      "that met a conflict before any write do not stop a later one",
      { a: "refused", b: new Conflict("412") },
      ["a refused", "b failed 412", "c applied"],
      [0, 0, 1],
    ],
    [
      "that were refused have an outcome even if all others threw",
      { a: new Error("one"), b: new NotYet("busy", 1), c: "refused" },
      ["a failed one", "b failed busy", "c refused"],
      [0, 1, 2],
    ],
  ])("%s", async (_, script, lines, told) =>
    expect(await applied([plan("a"), plan("b"), plan("c")], script)).toEqual({ lines, told }),
  );

  test.each<[string, Script, string]>([
    [
      "the longest delay, if all are deferred",
      { a: new NotYet("short", 1), b: new NotYet("long", 9) },
      "long",
    ],
    ["an error rather than a delay", { a: new NotYet("busy", 1), b: new Error("boom") }, "boom"],
    ["the first of two errors", { a: new Error("one"), b: new Error("two") }, "one"],
  ])("that all threw throw %s", async (_, script, message) =>
    expect(applied([plan("a"), plan("b")], script)).rejects.toThrow(message),
  );

  test("of which one change was applied were written: what a later part throws does not end all", async () => {
    const script: Script = { b: "left", c: new NotYet("busy", 1) };
    expect((await applied([plan("a", "b"), plan("c")], script)).lines).toEqual([
      "a applied",
      "b left",
      "c failed busy",
    ]);
  });

  test("that update remove nothing", async () => {
    const parts = oneByOne({ changes: [change("a", "update"), change("b")] });
    expect((await applied(parts, {})).told).toEqual([0, 0]);
  });

  test("of which one change threw leave the rest of the part", async () =>
    expect(
      (await applied([plan("z"), plan("a", "b", "c"), plan("d")], { b: new NotYet("busy", 1) })).lines,
    ).toEqual([
      "z applied",
      "a applied",
      "b failed busy",
      "c left an earlier change was not made",
      "d applied",
    ]));

  test.each<[string, Script, string[]]>([
    ["is refused", { a: "refused" }, ["a refused", "d applied", "b left", "c left"]],
    ["fails", { a: "failed" }, ["a failed", "d applied", "b left", "c left"]],
    ["throws", { a: new NotYet("busy", 1) }, ["a failed", "d applied", "b left", "c left"]],
    ["is only observed", { a: "observed" }, ["a observed", "d applied", "b observed", "c observed"]],
    [
      "is made, but what depends on it is not",
      { b: "failed" },
      ["a applied", "d applied", "b failed", "c left"],
    ],
  ])("what depends on a change that %s", async (_, script, expected) => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => change(id)) as [Change, Change, Change, Change];
    const parts = [
      { changes: [a] },
      { changes: [d] },
      { changes: [b], after: [a] },
      { changes: [c], after: [d, b] },
    ];
    const { lines } = await applied(parts, script);
    expect(lines.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(expected);
  });

  test("that depend on what was not tried are left: nothing shows that it was made", async () => {
    const [a, b] = [change("a"), change("b")];
    const { lines } = await applied([{ changes: [a], after: [b] }, { changes: [b] }], {});
    expect(lines).toEqual(["a left an earlier change was not made", "b applied"]);
  });

  test("without a change apply nothing", async () =>
    expect(await applied([], {})).toEqual({ lines: [], told: [] }));

  test("that left the rest throw what was tried threw", async () =>
    expect(applied([plan("a", "b")], { a: new Error("boom") })).rejects.toThrow("boom"));

  test.each<[string, Error, number | undefined]>([
    ["a delay states when to retry", new NotYet("busy", 7), 7],
    ["another writer will have finished", new Conflict("412"), 30],
    ["an error does not pass", new Error("boom"), undefined],
  ])("of a change that threw: %s", async (_, error, retryAfterSeconds) => {
    const apply: Apply = () => Promise.reject(error);
    const results = await inPartsToRecord(apply, [plan("a")])(memoryRun(), plan(), CAUSE, { inSight: 1 });
    expect(results).toEqual([
      {
        change: change("a"),
        outcome: "failed",
        why: error.message,
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      },
    ]);
  });

  test("count as removed only what was tried", async () =>
    expect((await applied([plan("a", "b", "c"), plan("d")], { a: new NotYet("busy", 1) })).told).toEqual([
      0, 1,
    ]));
});

describe("failures are thrown for the queue", () => {
  const result = (outcome: Applied["outcome"], why?: string): Applied => ({
    change: change("/pls"),
    outcome,
    ...(why && { why }),
  });
  test("each with its reason", () =>
    expect(() => throwFailures([result("applied"), result("failed", "500"), result("failed")])).toThrow(
      "/pls: 500; /pls: failed",
    ));

  test("as a delay if all of them pass", () => {
    const passing = (seconds: number) => ({ ...result("failed", "429"), retryAfterSeconds: seconds });
    expect(failureOf([passing(5), passing(60), passing(7)])).toMatchObject({
      name: "NotYet",
      retryAfterSeconds: 60,
    });
    expect(failureOf([passing(5), result("failed", "500")])).not.toBeInstanceOf(NotYet);
  });

  test("and nothing else is", () => {
    const others = (["applied", "observed", "refused", "left"] as const).map((one) => result(one));
    expect(throwFailures(others)).toBe(others);
  });
});

describe("what becomes of a change is counted", () => {
  const outcomeOf = async (apply: () => Promise<Applied>) => {
    const run = memoryRun();
    await counted(run, change("a"), apply).catch(() => undefined);
    return run.metrics.of("mooring.changes");
  };
  const as = (outcome: string) => [[1, { capability: "sweep", action: "delete", outcome }]];
  const ends = (outcome: Applied["outcome"], journalId?: string) => async (): Promise<Applied> => ({
    change: change("a"),
    outcome,
    ...(journalId && { journalId }),
  });
  const throws = (failure: Error) => async (): Promise<Applied> => {
    throw failure;
  };
  test.each<[string, () => Promise<Applied>, unknown[]]>([
    ["what was written", ends("applied", "j"), as("applied")],
    ["not what matched already", ends("applied"), []],
    ["what was refused", ends("refused"), as("refused")],
    ["what failed", ends("failed", "j"), as("failed")],
    ["what was observed", ends("observed"), as("observed")],
    ["not what was left", ends("left"), []],
    ["what met a conflict", throws(new Conflict("412")), as("conflict")],
    ["not what is for another time", throws(new NotYet("busy", 1)), []],
  ])("%s", async (_, apply, expected) => expect(await outcomeOf(apply)).toEqual(expected));

  test("and what is thrown is thrown on", () =>
    expect(counted(memoryRun(), change("a"), throws(new Conflict("412")))).rejects.toThrow(Conflict));
});
