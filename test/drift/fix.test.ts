import { beforeEach, describe, expect, test } from "vitest";
import { isFixable, planFix } from "../../shared/drift/fix.ts";
import type { Link } from "../../shared/network/model.ts";
import { defaultPolicy, Policy } from "../../shared/policy.ts";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import { cluster, connection, declared, feed, intent, link, linkIntent } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  const value = declared({ intent: intent({ link: linkIntent({ autoApproval: [SUBSCRIPTION] }) }) });
  await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
  set({ visibility: ["*"], connections: [connection({ status: "Pending" })] });
});

const set = (some: Partial<Link>) => void (run.network.allLinks = [link(some)]);
const planned = async (check: string, about = link().id) =>
  (await planFix(run, { check, about }))?.changes.map(({ capability, resourceId }) => [
    capability,
    resourceId,
  ]);

describe("the plan for a finding is about its subject alone", () => {
  test("a link", async () => {
    expect(await planned("link-visibility-differs")).toEqual([["links", link().id]]);
    expect(await planned("link-visibility-differs", link().id.toUpperCase())).toEqual([["links", link().id]]);
  });

  test("a connection", async () =>
    expect(await planned("connection-pending-declared", connection().id)).toEqual([
      ["connections", connection().id],
    ]));

  test("a connection that is declared no more is rejected only where policy says so", async () => {
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
  test("for what is in order by now", async () => {
    set({ autoApproval: [SUBSCRIPTION] });
    expect(await planned("link-visibility-differs")).toBeUndefined();
  });

  test("for a link that is gone, is tagged off, or is not proved to be the Service's", async () => {
    run.network.allLinks = [];
    expect(await planned("link-visibility-differs")).toBeUndefined();
    set({ visibility: ["*"], tags: { ...link().tags, mooring: "off" } });
    expect(await planned("link-visibility-differs")).toBeUndefined();
    set({ visibility: ["*"], tags: {} });
    expect(await planned("link-visibility-differs")).toBeUndefined();
  });

  test.each(["link-unexpected", "frontend-without-service", "connection-disconnected", "link-missing"])(
    "for %s: orphans leave through quarantine, the rest is for people",
    async (check) => {
      expect(await planned(check)).toBeUndefined();
      expect(run.network.calls.calls).toEqual([]);
    },
  );
});

test.each<[string, object, boolean]>([
  ["link-visibility-differs", {}, true],
  ["link-fqdns-differ", {}, false],
  ["link-fqdns-differ", { links: { fields: ["fqdns"] } }, true],
  ["link-visibility-differs", { links: { fields: ["fqdns"] } }, false],
  ["connection-pending-declared", {}, true],
  ["connection-no-longer-declared", {}, false],
  ["connection-no-longer-declared", { connections: { rejectWithdrawn: true } }, true],
  ["link-unexpected", {}, false],
])("%s with policy %o may be mended: %s", (check, policy, expected) => {
  expect(isFixable({ check }, Policy.parse(policy))).toBe(expected);
  expect(isFixable({ check, resolvedAtUtc: "2026-11-23T12:00:00.000Z" }, defaultPolicy)).toBe(false);
});
