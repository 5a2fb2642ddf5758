import { describe, expect, it } from "vitest";
import type { PlsSummary, Orphan } from "../../api/model.ts";
import { filterPrivateLinkServices, hasWords } from "../../web/views/pls/filterPrivateLinkServices.ts";
import { filterOrphans, statusOf } from "../../web/views/orphans/filterOrphans.ts";
import { remaining, shareOver, timeLeft } from "../../web/views/orphans/timeLeft.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");

describe("filtering Private Link Services", () => {
  const privateLinkServices = [
    aPls({ name: "pls-payments", state: "differs" }),
    aPls({ name: "pls-billing", cluster: "aks-two" }),
    aPls({ name: "pls-stray", state: "unowned", cluster: undefined, service: undefined }),
  ];
  it.each([
    ["no filter", {}, ["pls-payments", "pls-billing", "pls-stray"]],
    ["by state", { state: "differs" }, ["pls-payments"]],
    ["by cluster", { cluster: "aks-two" }, ["pls-billing"]],
    ["by words in any order", { text: "shop PLS-PAY" }, ["pls-payments"]],
    ["all together", { text: "pls", state: "unowned", cluster: "aks-two" }, []],
  ])("%s", (_, filter, names) => {
    const shown = filterPrivateLinkServices(privateLinkServices, {
      text: "",
      state: "",
      cluster: "",
      ...filter,
    });
    expect(shown.map(({ name }) => name)).toEqual(names);
  });

  it("does not find a word across two fields", () => {
    expect(hasWords(["one", "two"], "onetwo")).toBe(false);
  });
});

describe("orphans in the order of what goes first", () => {
  const grace = (deleteAfterUtc: string) => ({
    quarantine: {
      reason: "no Service uses it",
      sinceUtc: "2026-01-01",
      deleteAfterUtc,
      awaitsFirstReport: false,
      lastProvedAtUtc: "2026-01-01",
    },
  });
  const hold = { hold: { who: "ada", why: "drill", sinceUtc: "2026-01-01" } };
  const orphans = [
    anOrphan({ name: "later", ...grace("2026-01-09") }),
    anOrphan({ name: "unproved", verdict: "unproved" }),
    anOrphan({ name: "sooner", ...grace("2026-01-02") }),
    anOrphan({ name: "kept", ...grace("2026-01-02"), ...hold }),
  ];
  it.each([
    ["all", {}, ["sooner", "later", "kept", "unproved"]],
    ["quarantined ones", { status: "quarantined" }, ["sooner", "later"]],
    ["held ones", { status: "held" }, ["kept"]],
    ["of another kind", { kind: "frontend" }, []],
  ])("%s", (_, filter, names) => {
    const shown = filterOrphans(orphans, { text: "", kind: "", status: "", cluster: "", ...filter });
    expect(shown.map(({ name }) => name)).toEqual(names);
  });

  it("a proved orphan that is not in quarantine yet stands by its verdict", () => {
    expect(statusOf(anOrphan({}))).toBe("orphan");
  });
});

describe("time left", () => {
  it.each([
    ["2026-01-08T11:59:59Z", "6 days 23 hours"],
    ["2026-01-02T12:00:00Z", "1 day"],
    ["2026-01-01T13:01:00Z", "1 hour 1 minute"],
    ["2026-01-01T12:00:59Z", "59 seconds"],
    ["2026-01-01T12:00:00.500Z", "less than a second"],
    ["2026-01-01T12:00:00Z", "over"],
    ["2025-01-01T12:00:00Z", "over"],
  ])("until %s: %s", (untilUtc, text) => {
    expect(timeLeft(untilUtc, NOW)).toBe(text);
  });

  it.each([
    ["2026-01-01T16:00:00Z", false, "4 hours"],
    ["2026-01-01T12:00:00Z", false, "Grace period over"],
    ["2026-01-01T16:00:00Z", true, "At least 4 hours"],
    ["2026-01-01T12:00:00Z", true, "Waiting for a list of the cluster"],
  ])("until %s, a list of the cluster is awaited: %s: %s", (deleteAfterUtc, awaitsFirstReport, text) => {
    const quarantine = { reason: "", sinceUtc: "", lastProvedAtUtc: "", deleteAfterUtc, awaitsFirstReport };
    expect(remaining(quarantine, NOW)).toBe(text);
  });

  it.each([
    ["2026-01-01T11:00:00Z", "2026-01-01T15:00:00Z", 0.25],
    ["2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z", 1],
    ["2026-01-01T13:00:00Z", "2026-01-01T15:00:00Z", 0],
    ["2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z", 1],
  ])("of the time from %s to %s is over: %f", (since, until, share) => {
    expect(shareOver(since, until, NOW)).toBe(share);
  });
});

function aPls(over: Partial<PlsSummary>): PlsSummary {
  return {
    key: "k",
    id: "/subscriptions/1/x",
    name: "pls",
    subscription: "1",
    resourceGroup: "rg",
    cluster: "aks-one",
    service: "shop/web",
    state: "as declared",
    visibility: [],
    differs: [],
    connections: { pending: 0, approved: 0, rejected: 0, disconnected: 0 },
    ...over,
  };
}

function anOrphan(over: Partial<Orphan>): Orphan {
  return {
    key: "k",
    resourceId: "/subscriptions/1/x",
    name: "kubernetes-internal",
    kind: "loadBalancer",
    cluster: "aks-one",
    verdict: "orphan",
    for: [],
    against: [],
    missing: [],
    ...over,
  };
}
