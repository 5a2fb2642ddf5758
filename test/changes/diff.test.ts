import { expect, test } from "vitest";
import { changeLines, printPlan } from "../../shared/changes/diff.ts";
import type { Change } from "../../shared/changes/plan.ts";

const base = {
  capability: "privateLinkServices",
  resourceId: "/r/pls",
  cluster: "one",
  reason: "declared otherwise",
  evidence: [{ says: "so", source: "Kubernetes", atUtc: "2026-11-23T12:00:00.000Z" }],
} as const;

test("an empty plan has one line", () => expect(printPlan({ changes: [] })).toBe("No changes."));

test("what comes from outside steers no terminal and hides nothing", () => {
  const hostile = "pls\u001B[2J\u009B31m\u202E";
  const change: Change = {
    ...base,
    action: "update",
    resourceId: `/r/${hostile}`,
    reason: hostile,
    evidence: [{ says: hostile, source: "Azure", atUtc: "2026-11-23T12:00:00.000Z" }],
    edits: [{ path: "d", before: hostile, after: "x" }],
  };
  const printed = printPlan({ changes: [change] }).replaceAll("\n", "");
  expect(printed).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(printed.match(/\uFFFD/g)?.length).toBeGreaterThan(9);
});

test("a plan shows what changes, what is added and what goes, with reason and evidence", () => {
  const update: Change = {
    ...base,
    action: "update",
    edits: [
      { path: "a.b", before: ["*"], after: ["x"] },
      { path: "c", before: undefined, after: 1 },
      { path: "d", before: 2, after: undefined },
    ],
  };
  expect(printPlan({ changes: [update, { ...base, action: "delete", evidence: [] }] })).toBe(
    [
      "~ /r/pls",
      "    declared otherwise",
      '  ~ a.b: ["*"] -> ["x"]',
      "  + c: 1",
      "  - d: 2",
      "    # so (Kubernetes, 2026-11-23T12:00:00.000Z)",
      "- /r/pls",
      "    declared otherwise",
      "Plan: 0 to make, 1 to change, 1 to delete.",
    ].join("\n"),
  );
});

test("the lines of a change: its edits, the deleted resource, or the complete body of the created one", () => {
  const lines = (change: Change) => changeLines(change).map(({ mark, text }) => `${mark} ${text}`);
  const edits = [
    { path: "rules", remove: ["a", "b"], add: [{ name: "c" }] },
    { path: "probes", remove: ["p"] },
    { path: "pools", add: [{ name: "q" }] },
    { path: "v", before: 1, after: 2 },
  ];
  expect(lines({ ...base, action: "update", edits })).toEqual([
    "- rules: a",
    "- rules: b",
    "+ rules: c",
    "- probes: p",
    "+ pools: q",
    "~ v: 1 -> 2",
  ]);
  expect(lines({ ...base, action: "delete" })).toEqual(["- /r/pls"]);
  expect(lines({ ...base, action: "create", body: { a: 1 } })).toEqual(["+ {", '+   "a": 1', "+ }"]);
  expect(printPlan({ changes: [{ ...base, action: "update", edits, evidence: [] }] })).toBe(
    [
      "~ /r/pls",
      "    declared otherwise",
      "  - rules: a",
      "  - rules: b",
      "  + rules: c",
      "  - probes: p",
      "  + pools: q",
      "  ~ v: 1 -> 2",
      "Plan: 0 to make, 1 to change, 0 to delete.",
    ].join("\n"),
  );
});
