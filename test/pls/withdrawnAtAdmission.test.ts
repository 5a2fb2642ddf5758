/** A withdrawal that admission let in counts at once against wider access, before the cluster reports it. */
import { beforeEach, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import {
  cluster,
  connection,
  declared,
  frontend,
  intent,
  managedCluster,
  NOW,
  PARTNER,
  pls,
  plsIntent,
  UID,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const ITEM = { what: "pls", id: pls().id, why: "test", seenAtUtc: NOW, correlationId: "c" };
const BOTH = [SUBSCRIPTION, PARTNER];
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

function place(to: readonly string[]): void {
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

const reconcile = () => reconcilePls(run, createApply(run.resources), ITEM).catch(() => undefined);
const status = () =>
  (run.resources.bodyOf(connection().id) as any).properties.privateLinkServiceConnectionState.status;
const visible = () => (run.resources.bodyOf(pls().id) as any).properties.visibility.subscriptions;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  run.network.clusters = [managedCluster()];
  reporter = new Reporter(run);
  await reporter.list([service(BOTH)]);
  run.resources.place(connection().id, {
    properties: {
      provisioningState: "Succeeded",
      privateLinkServiceConnectionState: { status: "Pending", description: "" },
    },
  });
});

/** What admission let in ten minutes ago, while the sender is down; the controller has nothing to write, or is behind. */
const WITHDRAWALS = {
  "an update without the subscription": () =>
    propose(
      run,
      declared({
        strength: "proposal",
        resourceVersion: "999",
        observedAtUtc: run.now().toISOString(),
        intent: intent({ pls: plsIntent({ visibility: [SUBSCRIPTION], autoApproval: [SUBSCRIPTION] }) }),
      }),
    ),
  "a delete": () => {
    const atUtc = run.now().toISOString();
    return propose(run, declared({ strength: "proposal", observedAtUtc: atUtc, deletedAtUtc: atUtc }));
  },
};

test.each(Object.entries(WITHDRAWALS))("%s: its pending connection is not approved", async (_, withdraw) => {
  place(BOTH);
  await reconcile();
  await reporter.list([service(BOTH)]);
  await withdraw();
  run.clock.advance(600);
  await reconcile();
  expect(status()).toBe("Pending");
});

test.each(Object.entries(WITHDRAWALS))("%s: it is not added to the visibility", async (_, withdraw) => {
  place([SUBSCRIPTION]);
  await reconcile();
  await reporter.list([service(BOTH)]);
  await withdraw();
  run.clock.advance(600);
  await reconcile();
  expect(visible()).toEqual([SUBSCRIPTION]);
});
