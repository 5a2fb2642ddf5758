/** The small pure parts of the command line. */
import { describe, expect, test } from "vitest";
import type { AuditProgress, ScopeProgress } from "../../shared/audit/auditRun.ts";
import { progressLine } from "../../cli/audit/progress.ts";
import { sparkline } from "../../cli/audit/sparkline.ts";
import { parseUntil } from "../../cli/findings/until.ts";
import { runCli } from "./runCli.ts";

test("who stops reading, as after | head, gets no stack trace", async () => {
  expect(await runCli(["--help"], { isUnread: true })).toEqual({ code: 0, out: "", err: "" });
});

const NOW = new Date("2026-11-25T12:00:00.000Z");

describe("until", () => {
  test.each([
    ["7d", "2026-12-02T12:00:00.000Z"],
    ["12h", "2026-11-26T00:00:00.000Z"],
    ["2w", "2026-12-09T12:00:00.000Z"],
    ["2026-12-24", "2026-12-24T23:59:59.000Z"],
    ["2026-11-25", "2026-11-25T23:59:59.000Z"],
    ["2028-02-29", "2028-02-29T23:59:59.000Z"],
    ["2026-12-24T08:00Z", "2026-12-24T08:00:00.000Z"],
    ["2026-12-24T08:00:30.5Z", "2026-12-24T08:00:30.500Z"],
    // Behind, no day, no time zone, no span.
    ["2026-11-24", undefined],
    ["2026-11-25T11:59Z", undefined],
    ["0d", undefined],
    ["2026-02-30", undefined],
    ["2026-13-01", undefined],
    ["2026-12-24T08:00", undefined],
    ["2026-12-24T25:00Z", undefined],
    ["-7d", undefined],
    ["7", undefined],
    ["7 d", undefined],
    ["7m", undefined],
    ["", undefined],
    ["99999w", undefined],
  ])("%s", (text, expected) => {
    expect(parseUntil(text, NOW)).toBe(expected);
  });
});

describe("sparkline", () => {
  test.each([
    [[], ""],
    [[0, 0], "··"],
    [[1], "█"],
    [[0, 1, 2, 3, 4, 5, 6, 7, 8], "·▁▂▃▄▅▆▇█"],
    [[1, 1000], "▁█"],
  ])("%j", (values, expected) => {
    expect(sparkline(values)).toBe(expected);
  });
});

describe("progress", () => {
  const VNET = "vnet:/subscriptions/s/resourcegroups/rg/providers/microsoft.network/virtualnetworks/hub";
  const progress = (scopes: ScopeProgress[], remainingSeconds?: number): AuditProgress => ({
    run: { id: "r", startedAtUtc: "", state: "running", who: "", why: "", scopeCount: 0 },
    scopes,
    total: scopes.length,
    finished: scopes.filter(({ state }) => state === "done").length,
    ...(remainingSeconds !== undefined && { remainingSeconds }),
  });

  test.each<[string, AuditProgress]>([
    [
      "Auditing 1 of 3 scopes, 1,204 resources checked, about 40 seconds left: vnet hub in rg and 1 more",
      progress(
        [
          { scope: "mooring", state: "done", looked: 1204 },
          { scope: VNET, state: "running" },
          { scope: "subscription:s", state: "running" },
        ],
        40,
      ),
    ],
    ["Auditing 0 of 1 scopes, 0 resources checked", progress([{ scope: "mooring", state: "waiting" }])],
    [
      "Auditing 1 of 2 scopes, 0 resources checked, about 1 second left",
      progress(
        [
          { scope: "a", state: "done" },
          { scope: "b", state: "waiting" },
        ],
        1,
      ),
    ],
    [
      "Auditing 1 of 2 scopes, 0 resources checked, about 3 minutes left",
      progress(
        [
          { scope: "a", state: "done" },
          { scope: "b", state: "waiting" },
        ],
        150,
      ),
    ],
  ])("%s", (line, some) => {
    expect(progressLine(some)).toBe(line);
  });
});
