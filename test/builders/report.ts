/** A report that is valid by default: an error, a warning, one acknowledged, one suspected. */
import type { TrendRow } from "../../shared/audit/auditRun.ts";
import type { AuditReport, ReportedFinding } from "../../shared/audit/report/model.ts";
import { plsIdIn, NOW } from "./world.ts";

export function reported(some: Partial<ReportedFinding> = {}): ReportedFinding {
  return {
    id: "9c1f0a2b3c4d",
    check: "pls-visibility-differs",
    severity: "error",
    state: "open",
    scope: "subscription:11111111-1111-1111-1111-111111111111",
    about: plsIdIn("pls-web"),
    cluster: "one",
    message: "the Service declares visibility a, Private Link Service pls-web has *",
    advice: "Mooring puts it back in mode enforce",
    firstSeenAtUtc: "2026-11-20T08:00:00.000Z",
    lastSeenAtUtc: NOW,
    ...some,
  };
}

export const ACKNOWLEDGED = reported({
  id: "00000000000a",
  check: "load-balancer-basic-sku",
  severity: "warning",
  state: "acknowledged",
  about: "one",
  acknowledged: {
    who: "ada",
    reason: "moves in December",
    atUtc: NOW,
    untilUtc: "2026-12-24T00:00:00.000Z",
  },
});

export const SUSPECTED = reported({
  id: "00000000000b",
  check: "pls-subnet-differs",
  severity: "warning",
  state: "suspected",
  opensAtUtc: "2026-11-23T12:30:00.000Z",
});

export function trendRow(day: number, some: Partial<TrendRow["counts"]> = {}): TrendRow {
  const date = `2026-11-${String(day).padStart(2, "0")}`;
  return {
    date,
    counts: { error: 1, warning: 1, info: 0, ...some },
    byCheck: { "pls-visibility-differs": 1 },
  };
}

export function report(some: Partial<AuditReport> = {}): AuditReport {
  return {
    generatedAtUtc: NOW,
    run: {
      id: "20261123-115900000-0a1b2c",
      startedAtUtc: "2026-11-23T11:59:00.000Z",
      finishedAtUtc: "2026-11-23T11:59:40.000Z",
      state: "done",
      who: "ada",
      why: "mooring audit",
      scopeCount: 1,
    },
    scopes: ["mooring"],
    unfinished: [],
    findings: [
      reported({ change: "new", declared: "a", actual: "*", planned: ["~ properties.visibility", "  + a"] }),
      reported({
        id: "00000000000c",
        check: "cluster-silent",
        severity: "warning",
        about: "two",
        cluster: "two",
      }),
      ACKNOWLEDGED,
      SUSPECTED,
    ],
    open: { error: 1, warning: 1, info: 0 },
    acknowledged: 1,
    suspected: 1,
    since: {
      runId: "20261122-115900000-ffffff",
      appeared: 1,
      worse: 0,
      resolved: [reported({ id: "00000000000d", check: "pls-missing", about: "one/shop/gone" })],
    },
    trend: [trendRow(22, { error: 3 }), trendRow(23)],
    checks: [
      {
        id: "pls-visibility-differs",
        title: "A Private Link Service's visibility differs",
        severity: "error",
        docs: "Why it matters.",
      },
      { id: "cluster-silent", title: "A cluster has stopped reporting its Services", severity: "warning" },
    ],
    ...some,
  };
}
