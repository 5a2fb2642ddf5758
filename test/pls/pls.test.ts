import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { isListEdit } from "../../shared/changes/plan.ts";
import { planConnections } from "../../shared/pls/planConnections.ts";
import { planPls } from "../../shared/pls/planPls.ts";
import { clusterOfPls, ownerOfPls } from "../../shared/declarations/plsOwner.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { receiveEvent } from "../../shared/events/receive.ts";
import { Refused } from "../../shared/core/errors.ts";
import { pollPrivateLinkServices } from "../../shared/pls/poll.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { confirmNow, reconcileConfirmed } from "../builders/reports.ts";
import type { PrivateLinkService } from "../../shared/azure/networkModel.ts";
import { Policy } from "../../shared/policy/policy.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import {
  balancerId,
  cluster,
  connection,
  declared,
  frontend,
  intent,
  pls,
  plsIntent,
  NOW,
  PARTNER,
  feed,
  managedCluster,
  UID,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const owner = (some = {}) => declared({ intent: intent({ pls: plsIntent(some) }) });
const about = (policy = {}) => ({ evidence: [], policy: Policy.parse(policy) });
const edits = (actual: PrivateLinkService, desired = {}, policy = {}) =>
  planPls(actual, owner(desired), about(policy)).changes.flatMap((change) =>
    change.action === "update" ? change.edits.flatMap((edit) => (isListEdit(edit) ? [] : [edit])) : [],
  );

const anyIds = fc.uniqueArray(fc.constantFrom(SUBSCRIPTION, PARTNER, PARTNER.toUpperCase(), "*"));
const anyLists = fc.record({ visibility: anyIds, autoApproval: anyIds });

const LETTERS = "abcdefab-2222-2222-2222-222222222222";

describe("a Private Link Service's plan", () => {
  test.each<[string, Partial<PrivateLinkService>, object, string[]]>([
    ["nothing to do when they are equal", { visibility: [SUBSCRIPTION] }, { visibility: [SUBSCRIPTION] }, []],
    ["order does not matter", { visibility: ["a", "b"] }, { visibility: ["b", "a"] }, []],
    ["case of an id does not matter", { visibility: ["ABC"] }, { visibility: ["abc"] }, []],
    ["none reported is none declared", { autoApproval: [] }, { autoApproval: [] }, []],
    [
      "`*` is narrowed",
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
    expect(edits(pls(actual), desired).map(({ path }) => path)).toEqual(paths),
  );

  test("a Service that declares no Private Link Service plans nothing", () =>
    expect(planPls(pls({ visibility: ["*"] }), declared(), about()).changes).toEqual([]));

  test("policy may have host names and PROXY protocol written too", () => {
    const policy = { privateLinkServices: { fields: ["fqdns", "proxyProtocol"] } };
    const actual = pls({ visibility: ["*"], fqdns: ["x"], proxyProtocol: true });
    expect(edits(actual, { fqdns: ["y"] }, policy)).toEqual([
      { path: "properties.fqdns", before: ["x"], after: ["y"] },
      { path: "properties.enableProxyProtocol", before: true, after: false },
    ]);
  });

  test.each<[string, string[], string[], string[]]>([
    ["subscriptions that it does not allow are left out", [SUBSCRIPTION, PARTNER], [PARTNER], [PARTNER]],
    ["`*` becomes the allowed subscriptions", ["*"], [PARTNER], [PARTNER]],
    ["`*` stays `*` where policy allows it", ["*"], ["*"], ["*"]],
    ["case does not matter", [PARTNER.toUpperCase()], [PARTNER], [PARTNER.toUpperCase()]],
    ["case of a letter does not matter", [LETTERS.toUpperCase()], [LETTERS], [LETTERS.toUpperCase()]],
    ["a list stays where policy allows `*`", [SUBSCRIPTION], ["*"], [SUBSCRIPTION]],
    ["it may leave no subscription", [SUBSCRIPTION], [PARTNER], []],
  ])("policy narrows: %s", (_, declaredIds, allowed, after) => {
    const policy = { privateLinkServices: { visibility: allowed, fields: ["visibility"] } };
    const actual = pls({ visibility: ["another-subscription"] });
    expect(edits(actual, { visibility: declaredIds }, policy)).toMatchObject([{ after }]);
  });

  test("what has been made so is as planned", () =>
    fc.assert(
      fc.property(anyLists, anyLists, anyLists, (actual, desired, allowed) => {
        const policy = {
          privateLinkServices: { visibility: allowed.visibility, autoApproval: allowed.autoApproval },
        };
        const planned = edits(pls(actual), desired, policy);
        const made = Object.fromEntries(planned.map(({ path, after }) => [path.split(".")[1], after]));
        expect(edits(pls({ ...actual, ...made }), desired, policy)).toEqual([]);
      }),
    ));
});

describe("a waiting connection", () => {
  const partner = `/subscriptions/${PARTNER.toUpperCase()}/resourceGroups/x/providers/Microsoft.Network/privateEndpoints/pe`;
  const planned = (one: object, autoApproval: string[]) =>
    planConnections(
      pls({ connections: [connection({ status: "Pending", ...one })] }),
      owner({ autoApproval }),
      { ...about(), overdue: new Set() },
    ).changes.length;
  test.each<[string, object, string[], number]>([
    ["from a declared subscription is approved", { endpointId: partner }, [PARTNER], 1],
    ["from another stays", { endpointId: partner }, [SUBSCRIPTION], 0],
    ["`*` approves no subscription", { endpointId: partner }, ["*"], 0],
    ["whose endpoint Azure does not report stays", { endpointId: undefined }, [PARTNER], 0],
    ["that was rejected stays rejected", { endpointId: partner, status: "Rejected" }, [PARTNER], 0],
  ])("%s", (_, one, autoApproval, count) => expect(planned(one, autoApproval)).toBe(count));

  const hours = { connections: { rejectPendingAfterHours: 24 } };
  const withdrawn = { connections: { rejectWithdrawn: true } };
  test.each<[string, object, object, boolean, boolean]>([
    ["that was pending too long is rejected if policy states it", {}, hours, true, true],
    ["that has not waited so long stays", {}, hours, false, false],
    ["that was pending long stays if policy does not state it", {}, {}, true, false],
    ["of an unknown consumer is never rejected", { endpointId: undefined }, hours, true, false],
    [
      "once approved and withdrawn is rejected if policy states it",
      { status: "Approved", description: "Auto Approved" },
      withdrawn,
      false,
      true,
    ],
    [
      "that a person approved stays approved",
      { status: "Approved", description: "Approved by ada: ticket 7" },
      withdrawn,
      false,
      false,
    ],
    [
      "once approved and withdrawn stays otherwise",
      { status: "Approved", description: "Auto Approved" },
      {},
      false,
      false,
    ],
  ])("%s", (_, some, policy, isOverdue, isRejected) => {
    const one = connection({ status: "Pending", endpointId: partner, ...some });
    const overdue = new Set(isOverdue ? [one.id.toLowerCase()] : []);
    const { changes } = planConnections(pls({ connections: [one] }), owner(), { ...about(policy), overdue });
    const rejected = [{ capability: "rejections", edits: [{ after: "Rejected" }, {}] }];
    expect(changes).toMatchObject(isRejected ? rejected : []);
  });
});

describe("whose a Private Link Service is", () => {
  test.each<[string, Partial<PrivateLinkService>, boolean]>([
    ["marks, frontend and Service agree", {}, true],
    ["without the cluster tag it has no owner", { tags: { "k8s-azure-owner-service": "shop/web" } }, false],
    [
      "its frontend is in a resource group of no registered cluster",
      { frontendIds: [frontend({}, balancerId("MC_other")).id] },
      false,
    ],
    ["it has two frontends", { frontendIds: [frontend().id, frontend({ name: "b" }).id] }, false],
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
    const one = pls(some);
    const found = clusterOfPls(one, [cluster()]) && ownerOfPls(one, [owner()]);
    expect(found !== undefined).toBe(owned);
  });

  test("a deleted Service owns nothing any more", () =>
    expect(ownerOfPls(pls(), [{ ...owner(), deletedAtUtc: NOW }])).toBeUndefined());
});

describe("reconciling", () => {
  function place(run: MemoryRun, actual: PrivateLinkService): void {
    run.network.allPrivateLinkServices = [actual];
    run.resources.place(actual.id, {
      tags: actual.tags,
      properties: {
        provisioningState: "Succeeded",
        visibility: { subscriptions: [...actual.visibility] },
        autoApproval: { subscriptions: [...actual.autoApproval] },
      },
    });
  }
  const writtenBy = (run: MemoryRun, name: string) => ({
    id: run.newId(),
    subject: pls().id,
    eventType: "Microsoft.Resources.ResourceWriteSuccess",
    eventTime: run.clock.nowUtc,
    data: { operationName: "Microsoft.Network/privateLinkServices/write", claims: { name } },
  });

  const item = { what: "pls", id: pls().id, why: "event", seenAtUtc: NOW, correlationId: "c" };

  async function world(actual: PrivateLinkService): Promise<MemoryRun> {
    const run = memoryRun();
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    await run.tables.declarations.transact("one", [
      { do: "put", key: "shop/web", value: owner({ autoApproval: [SUBSCRIPTION] }) },
    ]);
    await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
    run.network.clusters = [managedCluster()];
    place(run, actual);
    for (const { id, status, description } of actual.connections)
      run.resources.place(id, {
        properties: {
          provisioningState: "Succeeded",
          privateLinkServiceConnectionState: { status, description },
        },
      });
    return run;
  }

  test("brings Private Link Service and connections back, once", async () => {
    const run = await world(pls({ visibility: ["*"], connections: [connection({ status: "Pending" })] }));
    const results = await reconcileConfirmed(run, createApply(run.resources), item);
    expect(results.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect(run.resources.bodyOf(pls().id)).toMatchObject({
      properties: {
        visibility: { subscriptions: [SUBSCRIPTION] },
        autoApproval: { subscriptions: [SUBSCRIPTION] },
      },
    });
    expect(run.resources.bodyOf(connection().id)).toMatchObject({
      properties: { privateLinkServiceConnectionState: { status: "Approved" } },
    });
    await reconcileConfirmed(run, createApply(run.resources), item);
    expect(run.resources.calls.count("write")).toBe(2);
  });

  test("never writes a Private Link Service that is not proved ours", async () => {
    const run = await world(pls({ visibility: ["*"], tags: {} }));
    expect(await reconcileConfirmed(run, createApply(run.resources), item)).toEqual([]);
    expect(run.resources.calls.count("write")).toBe(0);
  });

  test("stops when another writer keeps changing the Private Link Service back, and names both", async () => {
    const actual = pls({ visibility: ["*"] });
    const run = await world(actual);
    const apply = createApply(run.resources);
    for (let round = 0; round < 3; round += 1) {
      expect(await reconcileConfirmed(run, apply, item)).toMatchObject([{ outcome: "applied" }]);
      run.clock.advance(60);
      place(run, actual);
      await receiveEvent(run, writtenBy(run, "terraform"));
    }
    expect(await reconcileConfirmed(run, apply, item)).toMatchObject([
      { outcome: "refused", why: expect.stringMatching(/^fighting: repaired 3 times within an hour/) },
    ]);
    await runAudit(run, { who: "system", why: "test" });
    expect(run.tables.findings.all().filter(({ check }) => check === "pls-repair-conflict")).toMatchObject([
      { message: expect.stringContaining("terraform (Microsoft.Network/privateLinkServices/write)") },
    ]);
    run.clock.advance(3600);
    await confirmNow(run);
    expect(await reconcileConfirmed(run, apply, item)).toMatchObject([{ outcome: "applied" }]);
  });

  test("approves a declared connection even where the Private Link Service itself may not be written", async () => {
    const run = await world(pls({ visibility: ["*"], connections: [connection({ status: "Pending" })] }));
    const body = structuredClone(run.resources.bodyOf(pls().id)) as any;
    body.properties.provisioningState = "Updating";
    run.resources.place(pls().id, body);
    const results = await reconcileConfirmed(run, createApply(run.resources), item);
    expect(results.map(({ outcome }) => outcome)).toEqual(["refused", "applied"]);
  });

  test("leaves a Private Link Service that is tagged off alone, and its connections", async () => {
    const tags = { ...pls().tags, Mooring: "OFF" };
    const run = await world(
      pls({ tags, visibility: ["*"], connections: [connection({ status: "Pending" })] }),
    );
    expect(await reconcileConfirmed(run, createApply(run.resources), item)).toEqual([]);
    expect(run.resources.calls.count("write")).toBe(0);
  });

  test("requires a confirmation of the declaration after the last write of the Private Link Service", async () => {
    const run = await world(pls({ visibility: ["*"] }));
    const apply = createApply(run.resources);
    await expect(reconcilePls(run, apply, item)).rejects.toThrow(NotYet);
    await expect(reconcilePls(run, apply, item)).rejects.toThrow(
      "waiting for the next report of the cluster",
    );
    await confirmNow(run);
    expect(await reconcilePls(run, apply, item)).toMatchObject([{ outcome: "applied" }]);
  });

  test("never restores what was withdrawn while the webhook was bypassed", async () => {
    const run = await world(
      pls({ visibility: [SUBSCRIPTION], connections: [connection({ status: "Pending" })] }),
    );
    const apply = createApply(run.resources);
    // The controller follows the Service, which Mooring has not received yet.
    place(
      run,
      pls({ visibility: [PARTNER], autoApproval: [], connections: [connection({ status: "Pending" })] }),
    );
    await expect(reconcilePls(run, apply, item)).rejects.toThrow(NotYet);
    expect(run.resources.calls.count("write")).toBe(0);
    const withdrawn = declared({ intent: intent({ pls: plsIntent({ visibility: [PARTNER] }) }) });
    await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value: withdrawn }]);
    await confirmNow(run);
    expect(await reconcilePls(run, apply, item)).toEqual([]);
    expect(run.resources.calls.count("write")).toBe(0);
  });

  test("is deferred if a Private Link Service exists before its Service was confirmed", async () => {
    const run = await world(pls({ visibility: ["*"], version: "1" }));
    const known = run.tables.declarations.all()[0];
    await run.tables.declarations.transact("one", [{ do: "remove", key: "shop/web" }]);
    const apply = createApply(run.resources);
    await expect(reconcilePls(run, apply, item)).rejects.toThrow("has not confirmed its owner yet");
    await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value: known! }]);
    await confirmNow(run);
    expect(await reconcileConfirmed(run, apply, item)).toMatchObject([{ outcome: "applied" }]);
  });

  test("leaves alone what the cluster confirmed that no Service owns", async () => {
    const run = await world(pls({ visibility: ["*"], version: "1" }));
    await run.tables.declarations.transact("one", [{ do: "remove", key: "shop/web" }]);
    const apply = createApply(run.resources);
    await expect(reconcilePls(run, apply, item)).rejects.toThrow(NotYet);
    await confirmNow(run);
    expect(await reconcilePls(run, apply, item)).toEqual([]);
  });

  test("takes nothing from what admission saw", async () => {
    const run = await world(pls({ visibility: [SUBSCRIPTION], autoApproval: [SUBSCRIPTION] }));
    await propose(
      run,
      declared({ strength: "proposal", intent: intent({ pls: plsIntent({ visibility: ["*"] }) }) }),
    );
    await confirmNow(run);
    expect(await reconcileConfirmed(run, createApply(run.resources), item)).toEqual([]);
  });

  test("is refused when what the Service declares was confirmed long ago", async () => {
    const run = await world(pls({ visibility: ["*"] }));
    run.clock.advance(2 * 3600);
    expect(await reconcileConfirmed(run, createApply(run.resources), item)).toMatchObject([
      {
        outcome: "refused",
        why: expect.stringMatching(/^stale: evidence is too old: Service one\/shop\/web declares/),
      },
    ]);
  });

  test("a poll makes work of Private Link Services with something to do, and of no others", async () => {
    const run = await world(pls({ visibility: ["*"] }));
    run.network.allPrivateLinkServices.push(pls({ name: "foreign", visibility: ["*"], tags: {} }));
    expect(await pollPrivateLinkServices(run)).toBe(1);
    expect(run.queue.sent.map(({ item: { id } }) => id)).toEqual([pls().id]);
    expect(run.network.calls.count("privateLinkServices")).toBe(1);
  });

  test.each([
    ["a subscription that may not be read", "pls"],
    ["storage that fails for one Private Link Service", "storage"],
  ])("a poll goes on with the others after %s, and fails with its name", async (_, what) => {
    const run = await world(pls({ visibility: ["*"] }));
    run.network.allPrivateLinkServices.unshift({ ...pls({ visibility: ["*"] }), id: `${pls().id}-first` });
    if (what === "storage") run.tables.waiting.calls.failNext(new Error("503"), { method: "get" });
    const subscriptions =
      what === "pls" ? ["unreadable", ...run.ports.subscriptions] : run.ports.subscriptions;
    if (what === "pls")
      run.network.calls.failNext(new Refused("AuthorizationFailed"), { method: "privateLinkServices" });
    const polled = pollPrivateLinkServices({ ...run, ports: { ...run.ports, subscriptions } });
    await expect(polled).rejects.toThrow(what === "pls" ? "unreadable: AuthorizationFailed" : /-first: 503$/);
    expect(run.queue.sent.map(({ item: { id } }) => id)).toContain(pls().id);
  });

  test("does nothing for a Private Link Service that does not exist", async () => {
    const run = await world(pls());
    run.network.allPrivateLinkServices = [];
    expect(await reconcileConfirmed(run, createApply(run.resources), item)).toEqual([]);
  });

  test("in mode observe it only looks", async () => {
    const run = await world(pls({ visibility: ["*"] }));
    await applyPolicy(run, { modes: { privateLinkServices: "observe" } });
    expect(await reconcileConfirmed(run, createApply(run.resources), item)).toMatchObject([
      { outcome: "observed" },
    ]);
    expect(run.resources.calls.count("write")).toBe(0);
  });

  test("is not misled by a uid of the same prefix length", () =>
    expect(UID.replaceAll("-", "")).toHaveLength(32));
});
