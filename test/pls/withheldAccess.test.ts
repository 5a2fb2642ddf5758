/** Mooring does not widen access beyond what the cluster confirmed, nor on what an operator protects. */
import { beforeEach, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { hold } from "../../shared/orphans/hold.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import {
  balancer,
  balancerId,
  cluster,
  connection,
  frontend,
  pls,
  managedCluster,
  NOW,
  PARTNER,
  UID,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const ITEM = { what: "pls", id: pls().id, why: "test", seenAtUtc: NOW, correlationId: "c" };
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
const reconcile = () => reconcilePls(run, createApply(run.resources), ITEM).catch(() => undefined);
const endpointId =
  connection().endpointId?.replace(/\/subscriptions\/[^/]+/, `/subscriptions/${PARTNER}`) ?? "";

function controllerWrites(to: readonly string[]): void {
  run.network.allPrivateLinkServices = [
    pls({
      visibility: [...to],
      autoApproval: [...to],
      connections: [connection({ status: "Pending", endpointId })],
    }),
  ];
  run.resources.place(pls().id, {
    tags: { ...pls().tags },
    properties: {
      provisioningState: "Succeeded",
      visibility: { subscriptions: [...to] },
      autoApproval: { subscriptions: [...to] },
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
  controllerWrites([SUBSCRIPTION, PARTNER]);
  const privateLinkServiceConnectionState = { status: "Pending", description: "" };
  run.resources.place(connection().id, {
    properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState },
  });
});

const status = () =>
  (run.resources.bodyOf(connection().id) as any).properties.privateLinkServiceConnectionState.status;
const visible = () => (run.resources.bodyOf(pls().id) as any).properties.visibility.subscriptions;

test("a pending connection is not approved on a declaration that is older than the last write of its Private Link Service", async () => {
  await reconcile();
  // The window that was open, and the one after it.
  await reporter.confirm();
  await reporter.confirm();
  // Withdrawn while the webhook is bypassed; the controller writes the Private Link Service. No report yet.
  controllerWrites([SUBSCRIPTION]);
  await reconcile();
  expect(status()).toBe("Pending");
});

/**
 * What Mooring does with a Private Link Service that another writer narrowed, after the cluster has
 * confirmed.
 */
async function repaired(): Promise<unknown> {
  controllerWrites([SUBSCRIPTION]);
  await reconcile();
  await reporter.confirm();
  await reporter.confirm();
  await reconcile();
  return visible();
}

test("a hold on a Private Link Service keeps Mooring from widening it", async () => {
  await hold(run, pls().id, { who: "ann", why: "incident" });
  expect(await repaired()).toEqual([SUBSCRIPTION]);
});

test("mooring: off on the load balancer keeps Mooring from widening the Private Link Service on it", async () => {
  run.network.balancers = [balancer({ tags: { mooring: "off" } })];
  run.resources.place(balancerId(), {
    tags: { mooring: "off" },
    properties: { provisioningState: "Succeeded" },
  });
  expect(await repaired()).toEqual([SUBSCRIPTION]);
});
