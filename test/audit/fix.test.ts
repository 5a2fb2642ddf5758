import { beforeEach, describe, expect, test } from "vitest";
import { isFixable, planFix } from "../../shared/audit/fix.ts";
import type { PrivateLinkService } from "../../shared/azure/networkModel.ts";
import { defaultPolicy, Policy } from "../../shared/policy/policy.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { cluster, connection, declared, feed, intent, pls, plsIntent } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  const value = declared({ intent: intent({ pls: plsIntent({ autoApproval: [SUBSCRIPTION] }) }) });
  await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
  set({ visibility: ["*"], connections: [connection({ status: "Pending" })] });
});

const set = (some: Partial<PrivateLinkService>) => void (run.network.allPrivateLinkServices = [pls(some)]);
const planned = async (check: string, about = pls().id) =>
  (await planFix(run, { check, about }))?.changes.map(({ capability, resourceId }) => [
    capability,
    resourceId,
  ]);

describe("the plan for a finding contains only its subject", () => {
  test("a Private Link Service", async () => {
    expect(await planned("pls-visibility-differs")).toEqual([["privateLinkServices", pls().id]]);
    expect(await planned("pls-visibility-differs", pls().id.toUpperCase())).toEqual([
      ["privateLinkServices", pls().id],
    ]);
  });

  test("a connection", async () =>
    expect(await planned("connection-pending-declared", connection().id)).toEqual([
      ["connections", connection().id],
    ]));

  test("an undeclared connection is rejected only if policy requires it", async () => {
    const auto = connection({
      status: "Approved",
      description: "Auto Approved",
      endpointId:
        connection().endpointId?.replace(SUBSCRIPTION, "99999999-9999-9999-9999-999999999999") ?? "",
    });
    set({ connections: [auto] });
    expect(await planned("connection-no-longer-declared", auto.id)).toBeUndefined();
    await applyPolicy(run, { connections: { rejectWithdrawn: true } });
    expect(await planned("connection-no-longer-declared", auto.id)).toEqual([["rejections", auto.id]]);
  });
});

describe("there is none", () => {
  test("for a resource that matches again", async () => {
    set({ autoApproval: [SUBSCRIPTION] });
    expect(await planned("pls-visibility-differs")).toBeUndefined();
  });

  test("for a PLS that was deleted, is tagged off, or has no proved owner", async () => {
    run.network.allPrivateLinkServices = [];
    expect(await planned("pls-visibility-differs")).toBeUndefined();
    set({ visibility: ["*"], tags: { ...pls().tags, mooring: "off" } });
    expect(await planned("pls-visibility-differs")).toBeUndefined();
    set({ visibility: ["*"], tags: {} });
    expect(await planned("pls-visibility-differs")).toBeUndefined();
  });

  test.each(["pls-without-service", "frontend-without-service", "connection-disconnected", "pls-missing"])(
    "for %s: orphans are removed by the sweep, others need a manual decision",
    async (check) => {
      expect(await planned(check)).toBeUndefined();
      expect(run.network.calls.calls).toEqual([]);
    },
  );
});

test.each<[string, object, boolean]>([
  ["pls-visibility-differs", {}, true],
  ["pls-fqdns-differ", {}, false],
  ["pls-fqdns-differ", { privateLinkServices: { fields: ["fqdns"] } }, true],
  ["pls-visibility-differs", { privateLinkServices: { fields: ["fqdns"] } }, false],
  ["connection-pending-declared", {}, true],
  ["connection-no-longer-declared", {}, false],
  ["connection-no-longer-declared", { connections: { rejectWithdrawn: true } }, true],
  ["pls-without-service", {}, false],
])("%s with policy %o is fixable: %s", (check, policy, expected) => {
  expect(isFixable({ check }, Policy.parse(policy))).toBe(expected);
  expect(isFixable({ check, resolvedAtUtc: "2026-11-23T12:00:00.000Z" }, defaultPolicy)).toBe(false);
});
