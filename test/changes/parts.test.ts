/** A plan in parts: what stops one part does not stop the others, and budgets hold for all of them. */
import { describe, expect, test } from "vitest";
import { type Applied, type Apply, type ApplyOptions, throwFailures } from "../../shared/changes/applied.ts";
import { counted } from "../../shared/changes/counted.ts";
import { inParts, oneByOne } from "../../shared/changes/parts.ts";
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

/** Applies by a script, and notes how many removals each part was told of. */
async function applied(parts: readonly Plan[], script: Script) {
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
      "that wait after a write count as failed",
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
  ])("%s", async (_, script, lines, told) =>
    expect(await applied([plan("a"), plan("b"), plan("c")], script)).toEqual({ lines, told }),
  );

  test.each<[string, Script, string]>([
    ["a part that waits ends all, so that all comes again", { a: new NotYet("busy", 1) }, "busy"],
    ["a part that met a conflict does too", { a: "refused", b: new Conflict("412") }, "412"],
    [
      "what the first part threw is thrown in the end",
      { a: new Error("one"), b: new Error("two"), c: "refused" },
      "one",
    ],
  ])("if nothing was written, %s", async (_, script, message) =>
    expect(applied([plan("a"), plan("b"), plan("c")], script)).rejects.toThrow(message),
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

  test("every change of a part that threw has the outcome", async () =>
    expect((await applied([plan("z"), plan("a", "b")], { a: new Error("boom") })).lines).toEqual([
      "z applied",
      "a failed boom",
      "b failed boom",
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
