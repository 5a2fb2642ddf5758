import { describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { planConnections } from "../../shared/links/planConnections.ts";
import { planLink } from "../../shared/links/planLink.ts";
import { clusterOfLink, ownerOfLink } from "../../shared/links/owner.ts";
import { reconcileLink } from "../../shared/links/reconcileLink.ts";
import type { Link } from "../../shared/network/model.ts";
import { applyPolicy } from "../../shared/policyStore.ts";
import {
  balancerId,
  cluster,
  connection,
  declared,
  frontend,
  intent,
  link,
  linkIntent,
  NOW,
  PARTNER,
  UID,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const owner = (some = {}) => declared({ intent: intent({ link: linkIntent(some) }) });
const edits = (actual: Link, desired = {}) =>
  planLink(actual, owner(desired), []).changes.flatMap((change) =>
    change.action === "update" ? change.edits : [],
  );

describe("a link's plan", () => {
  test.each<[string, Partial<Link>, object, string[]]>([
    [
      "nothing to do when they say the same",
      { visibility: [SUBSCRIPTION] },
      { visibility: [SUBSCRIPTION] },
      [],
    ],
    ["order does not matter", { visibility: ["a", "b"] }, { visibility: ["b", "a"] }, []],
    ["case of an id does not matter", { visibility: ["ABC"] }, { visibility: ["abc"] }, []],
    ["none reported is none declared", { autoApproval: [] }, { autoApproval: [] }, []],
    [
      "everybody is narrowed",
      { visibility: ["*"] },
      { visibility: [SUBSCRIPTION] },
      ["properties.visibility.subscriptions"],
    ],
    [
      "and widened, if that is declared",
      { visibility: [SUBSCRIPTION] },
      { visibility: ["*"] },
      ["properties.visibility.subscriptions"],
    ],
    [
      "auto-approval is put back",
      { autoApproval: [PARTNER] },
      { autoApproval: [] },
      ["properties.autoApproval.subscriptions"],
    ],
    ["fields that are not ours are left", { fqdns: ["x"], proxyProtocol: true }, {}, []],
  ])("%s", (_, actual, desired, paths) =>
    expect(edits(link(actual), desired).map(({ path }) => path)).toEqual(paths),
  );

  test("a Service that declares no link plans nothing", () =>
    expect(planLink(link({ visibility: ["*"] }), declared(), []).changes).toEqual([]));
});

describe("a waiting connection", () => {
  const partner = `/subscriptions/${PARTNER.toUpperCase()}/resourceGroups/x/providers/Microsoft.Network/privateEndpoints/pe`;
  const planned = (one: object, autoApproval: string[]) =>
    planConnections(
      link({ connections: [connection({ status: "Pending", ...one })] }),
      owner({ autoApproval }),
      [],
    ).changes.length;
  test.each<[string, object, string[], number]>([
    ["from a declared subscription is approved", { endpointId: partner }, [PARTNER], 1],
    ["from another stays", { endpointId: partner }, [SUBSCRIPTION], 0],
    ["`*` approves nobody", { endpointId: partner }, ["*"], 0],
    ["whose endpoint Azure does not tell stays", { endpointId: undefined }, [PARTNER], 0],
    ["that was rejected stays rejected", { endpointId: partner, status: "Rejected" }, [PARTNER], 0],
  ])("%s", (_, one, autoApproval, count) => expect(planned(one, autoApproval)).toBe(count));
});

describe("whose a link is", () => {
  test.each<[string, Partial<Link>, boolean]>([
    ["marks, frontend and Service agree", {}, true],
    ["without the cluster tag it is nobody's", { tags: { "k8s-azure-owner-service": "shop/web" } }, false],
    [
      "its frontend is in a resource group of no known cluster",
      { frontendIds: [frontend({}, balancerId("MC_other")).id] },
      false,
    ],
    ["it stands on two frontends", { frontendIds: [frontend().id, frontend({ name: "b" }).id] }, false],
    [
      "its owner tag names a Service that is not there",
      { tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/other" } },
      false,
    ],
    [
      "its frontend is named for another Service",
      { frontendIds: [frontend({ name: "a1111111111111111111111111111111" }).id] },
      false,
    ],
  ])("%s", (_, some, owned) => {
    const one = link(some);
    const found = clusterOfLink(one, [cluster()]) && ownerOfLink(one, [owner()]);
    expect(found !== undefined).toBe(owned);
  });

  test("a deleted Service owns nothing any more", () =>
    expect(ownerOfLink(link(), [{ ...owner(), deletedAtUtc: NOW }])).toBeUndefined());
});

describe("reconciling", () => {
  const item = { what: "link", id: link().id, why: "event", seenAtUtc: NOW, correlationId: "c" };

  async function world(actual: Link): Promise<MemoryRun> {
    const run = memoryRun();
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    await run.tables.intents.transact("one", [
      { do: "put", key: "shop/web", value: owner({ autoApproval: [SUBSCRIPTION] }) },
    ]);
    run.network.allLinks = [actual];
    run.resources.place(actual.id, {
      tags: actual.tags,
      properties: {
        provisioningState: "Succeeded",
        visibility: { subscriptions: [...actual.visibility] },
        autoApproval: { subscriptions: [...actual.autoApproval] },
      },
    });
    for (const { id, status, description } of actual.connections)
      run.resources.place(id, {
        properties: {
          provisioningState: "Succeeded",
          privateLinkServiceConnectionState: { status, description },
        },
      });
    return run;
  }

  test("brings link and connections back, once", async () => {
    const run = await world(link({ visibility: ["*"], connections: [connection({ status: "Pending" })] }));
    const results = await reconcileLink(run, createApply(run.resources), item);
    expect(results.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect(run.resources.bodyOf(link().id)).toMatchObject({
      properties: {
        visibility: { subscriptions: [SUBSCRIPTION] },
        autoApproval: { subscriptions: [SUBSCRIPTION] },
      },
    });
    expect(run.resources.bodyOf(connection().id)).toMatchObject({
      properties: { privateLinkServiceConnectionState: { status: "Approved" } },
    });
    await reconcileLink(run, createApply(run.resources), item);
    expect(run.resources.calls.count("write")).toBe(2);
  });

  test("never writes a link that is not proved ours", async () => {
    const run = await world(link({ visibility: ["*"], tags: {} }));
    expect(await reconcileLink(run, createApply(run.resources), item)).toEqual([]);
    expect(run.resources.calls.count("write")).toBe(0);
  });

  test("is done with a link that is gone", async () => {
    const run = await world(link());
    run.network.allLinks = [];
    expect(await reconcileLink(run, createApply(run.resources), item)).toEqual([]);
  });

  test("in mode observe it only looks", async () => {
    const run = await world(link({ visibility: ["*"] }));
    await applyPolicy(run, { modes: { links: "observe" } });
    expect(await reconcileLink(run, createApply(run.resources), item)).toMatchObject([
      { outcome: "observed" },
    ]);
    expect(run.resources.calls.count("write")).toBe(0);
  });

  test("is not misled by a uid of the same prefix length", () =>
    expect(UID.replaceAll("-", "")).toHaveLength(32));
});
