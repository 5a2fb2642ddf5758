/** What the cluster confirms, and what policy allows, between plan and write: nothing is widened that was withdrawn. */
import { beforeEach, describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import type { Change, Edit } from "../../shared/changes/plan.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { reverified } from "../../shared/pls/reverify.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import { cluster, connection, frontend, pls, managedCluster, NOW, PARTNER, UID } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const ITEM = { what: "pls", id: pls().id, why: "test", seenAtUtc: NOW, correlationId: "c" };
const THIRD = "33333333-3333-4333-8333-333333333333";
let run: MemoryRun;
let reporter: Reporter;
const service = (to: readonly string[]) => ({
  ...internalService("web", {
    "pls-create": "true",
    "pls-visibility": to.join(" "),
    "pls-auto-approval": to.join(" "),
  }),
  uid: UID,
  resourceVersion: String(reporter.version),
});
const endpointId =
  connection().endpointId?.replace(/\/subscriptions\/[^/]+/, `/subscriptions/${PARTNER}`) ?? "";

function place(to: readonly string[], autoApproval = to): void {
  run.network.allPrivateLinkServices = [
    pls({
      visibility: [...to],
      autoApproval: [...autoApproval],
      connections: [connection({ status: "Pending", endpointId })],
    }),
  ];
  run.resources.place(pls().id, {
    tags: { ...pls().tags },
    properties: {
      provisioningState: "Succeeded",
      visibility: { subscriptions: [...to] },
      autoApproval: { subscriptions: [...autoApproval] },
      loadBalancerFrontendIpConfigurations: [{ id: frontend().id }],
    },
  });
}

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  run.network.clusters = [managedCluster()];
  reporter = new Reporter(run);
  await reporter.list([service([SUBSCRIPTION, PARTNER])]);
  run.resources.place(connection().id, {
    properties: {
      provisioningState: "Succeeded",
      privateLinkServiceConnectionState: { status: "Pending", description: "" },
    },
  });
});

const status = () =>
  (run.resources.bodyOf(connection().id) as any).properties.privateLinkServiceConnectionState.status;
const visible = () => (run.resources.bodyOf(pls().id) as any).properties.visibility.subscriptions;

const DECLARED_OTHERWISE = /the declaration changed since the plan/;
const PLS_WRITE = "privateLinkServices/pls";
const CONNECTION_WRITE = "privateEndpointConnections";

/** Locks are read after the plan and before the write. @param where part of the id of the resource */
function reconcileWhile(where: string, happens: () => Promise<unknown>): Promise<unknown> {
  let first: Promise<unknown> | undefined;
  const { resources } = run.ports;
  const reader = {
    read: async (id: string) => resources.read(id),
    locks: async (id: string) => {
      if (id.includes(where)) await (first ??= happens());
      return resources.locks(id);
    },
  };
  const seen = { ...run, ports: { ...run.ports, resources: reader } };
  return reconcilePls(seen, createApply(run.resources), ITEM);
}

const reconcile = () => reconcilePls(run, createApply(run.resources), ITEM);

/** Mooring has seen what is in Azure, and the cluster has confirmed since: the next reconcile writes. */
async function ready(visibility: readonly string[], autoApproval = visibility): Promise<void> {
  place(visibility, autoApproval);
  await reconcile().catch(() => undefined);
  await reporter.list();
}

const declare = (to: readonly string[]) => () => {
  reporter.version += 1;
  return reporter.list([service(to)]);
};
const withdraw = declare([SUBSCRIPTION]);

test("a connection is not approved for a subscription whose withdrawal the cluster confirmed after the plan", async () => {
  await ready([SUBSCRIPTION, PARTNER]);
  await expect(reconcileWhile(CONNECTION_WRITE, withdraw)).rejects.toThrow(DECLARED_OTHERWISE);
  expect(run.tables.declarations.all()[0]?.intent.pls?.autoApproval).toEqual([SUBSCRIPTION]);
  expect(status()).toBe("Pending");
});

test.each<[string, () => Promise<unknown>]>([
  ["a subscription whose withdrawal the cluster confirmed after the plan", withdraw],
  ["a Service whose deletion the cluster confirmed after the plan", () => reporter.list([])],
  [
    "a subscription that policy does not allow since the plan",
    () => applyPolicy(run, { privateLinkServices: { visibility: [SUBSCRIPTION] } }),
  ],
])("a Private Link Service is not widened for %s", async (_, happens) => {
  await ready([SUBSCRIPTION]);
  await expect(reconcileWhile(PLS_WRITE, happens)).rejects.toThrow(DECLARED_OTHERWISE);
  expect(visible()).toEqual([SUBSCRIPTION]);
});

test("a change of the declaration that still requires the wider access does not stop the write", async () => {
  await ready([SUBSCRIPTION]);
  await reconcileWhile(PLS_WRITE, declare([SUBSCRIPTION, PARTNER, THIRD])).catch(() => undefined);
  expect(visible()).toEqual([SUBSCRIPTION, PARTNER]);
});

test.each([
  ["a list", [SUBSCRIPTION, PARTNER, THIRD]],
  ["the visibility of every subscription", ["*"]],
])("narrowing %s is not stopped by a change of the declaration", async (_, placed) => {
  await ready(placed, [SUBSCRIPTION, PARTNER]);
  await reconcileWhile(PLS_WRITE, withdraw).catch(() => undefined);
  expect(visible()).toEqual([SUBSCRIPTION, PARTNER]);
});

test("what a refused change would also have narrowed is narrowed by the next plan, at once", async () => {
  await ready([SUBSCRIPTION, THIRD]);
  const refused = await reconcileWhile(PLS_WRITE, withdraw).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(NotYet);
  expect(refused).toMatchObject({ name: "NotYet", retryAfterSeconds: 1 });
  expect(visible()).toEqual([SUBSCRIPTION, THIRD]);
  await reconcile();
  expect(visible()).toEqual([SUBSCRIPTION]);
});

test("a declaration is no proof for a delete", async () => {
  const deletion = {
    action: "delete",
    capability: "sweep",
    resourceId: pls().id,
    cluster: "one",
    reason: "test",
    evidence: [],
  } as const;
  const { stillTrue } = reverified(run, { changes: [deletion] });
  const actual = await run.ports.resources.read(connection().id);
  expect(await stillTrue(deletion, actual!)).toBe("a delete requires a final verification");
});

/** The Service declares both subscriptions; its Private Link Service and the connection from the second one differ. */
describe("a change is verified again right before the write", () => {
  const of = { cluster: "one", reason: "test", evidence: [], action: "update" } as const;
  const ofPls = (edits: readonly Edit[]): Change => ({
    ...of,
    capability: "privateLinkServices",
    resourceId: pls().id,
    edits,
  });
  const approval: Change = { ...of, capability: "connections", resourceId: connection().id, edits: [] };
  const list = (field: string, before: readonly string[], after: readonly string[]): Edit => ({
    path: `properties.${field}.subscriptions`,
    before: [...before],
    after: [...after],
  });
  const refutation = async (change: Change) => {
    const actual = await run.ports.resources.read(pls().id);
    return reverified(run, { changes: [change] }).stillTrue(change, actual!);
  };
  const DECLARED = [SUBSCRIPTION, PARTNER];

  test.each<[string, Change, boolean]>([
    ["what the Service declares is opened", ofPls([list("visibility", [SUBSCRIPTION], DECLARED)]), true],
    ["what it does not declare is not", ofPls([list("visibility", [SUBSCRIPTION], [THIRD])]), false],
    [
      "one of two that it does not declare is enough to refuse both",
      ofPls([list("visibility", [SUBSCRIPTION], [...DECLARED, THIRD])]),
      false,
    ],
    ["a narrower list is not compared", ofPls([list("visibility", [SUBSCRIPTION, THIRD], [THIRD])]), true],
    ["any list is narrower than every subscription", ofPls([list("visibility", ["*"], [THIRD])]), true],
    [
      "in auto-approval every subscription is none: a list is wider",
      ofPls([list("autoApproval", ["*"], [THIRD])]),
      false,
    ],
    ["a connection that the Service declares is approved", approval, true],
    ["another connection is not", { ...approval, resourceId: `${connection().id}.other` }, false],
    [
      "the plan of the Private Link Service does not approve its connection",
      { ...approval, resourceId: pls().id },
      false,
    ],
    [
      "a Private Link Service that does not exist any more is not opened",
      { ...ofPls([list("visibility", [], DECLARED)]), resourceId: `${pls().id}-other` },
      false,
    ],
  ])("%s", async (_, change, isMade) => {
    place([SUBSCRIPTION]);
    expect(await refutation(change)).toBe(isMade ? undefined : "the declaration changed since the plan");
  });

  test("a narrower list is written without reading the declaration again", async () => {
    place([SUBSCRIPTION]);
    run.network.calls.failNext(new Error("503"), { times: 10 });
    run.tables.declarations.calls.failNext(new Error("503"), { times: 10 });
    expect(await refutation(ofPls([list("visibility", DECLARED, [PARTNER])]))).toBeUndefined();
  });
});
