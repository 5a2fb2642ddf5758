import { expect, test } from "vitest";
import { compareFindings } from "../../shared/audit/compare.ts";
import type { Finding, Severity } from "../../shared/findings/finding.ts";

const finding = (id: string, severity: Severity = "warning", some: Partial<Finding> = {}): Finding => ({
  id,
  check: "pls-missing",
  severity,
  scope: "mooring",
  about: `/${id}`,
  message: "m",
  advice: "a",
  firstSeenAtUtc: "2026-11-23T12:00:00.000Z",
  lastSeenAtUtc: "2026-11-23T12:00:00.000Z",
  ...some,
});

test("new, resolved, more severe and unchanged findings", () => {
  const before = [finding("stays"), finding("goes"), finding("worse", "info"), finding("better", "error")];
  const after = [finding("stays"), finding("new"), finding("worse", "error"), finding("better", "warning")];
  expect(compareFindings(before, after)).toEqual({
    appeared: [finding("new")],
    resolved: [finding("goes")],
    worse: [{ id: "worse", check: "pls-missing", about: "/worse", from: "info", to: "error" }],
    unchanged: 2,
  });
});

test("suspected findings do not count; acknowledged ones do", () => {
  const suspected = finding("a", "warning", { opensAtUtc: "2026-11-23T13:00:00.000Z" });
  const acknowledged = { who: "me", reason: "r", atUtc: "x", untilUtc: "y" };
  expect(compareFindings([suspected], [finding("a")])).toMatchObject({
    appeared: [{ id: "a" }],
    unchanged: 0,
  });
  expect(compareFindings([finding("a")], [finding("a", "warning", { acknowledged })])).toMatchObject({
    resolved: [],
    unchanged: 1,
  });
});

test("a run has no differences to itself", () => {
  const all = [finding("a"), finding("b", "error")];
  expect(compareFindings(all, all)).toEqual({ appeared: [], resolved: [], worse: [], unchanged: 2 });
});
