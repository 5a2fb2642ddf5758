/**
 * Several senders for a while (a pod is replaced while another crashes), and two hosts: what comes late must not
 * open what was withdrawn.
 */
import { beforeEach, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import { cluster, frontend, pls, managedCluster, NOW, PARTNER, UID } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const ITEM = { what: "pls", id: pls().id, why: "test", seenAtUtc: NOW, correlationId: "c" };
const NARROW = [SUBSCRIPTION];
const WIDE = [SUBSCRIPTION, PARTNER];
let run: MemoryRun;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  run.network.clusters = [managedCluster()];
});

const at = (resourceVersion: string, to: readonly string[], type = "LoadBalancer") => ({
  ...internalService("web", { "pls-create": "true", "pls-visibility": to.join(" ") }),
  uid: UID,
  resourceVersion,
  type,
});
function place(to: readonly string[]): void {
  const { version } = run.resources.place(pls().id, {
    tags: { ...pls().tags },
    properties: {
      provisioningState: "Succeeded",
      visibility: { subscriptions: [...to] },
      autoApproval: { subscriptions: [] },
      loadBalancerFrontendIpConfigurations: [{ id: frontend().id }],
    },
  });
  run.network.allPrivateLinkServices = [pls({ visibility: [...to], autoApproval: [], version })];
}
const reconcile = () => reconcilePls(run, createApply(run.resources), ITEM).catch(() => undefined);
const visible = () => (run.resources.bodyOf(pls().id) as any).properties.visibility.subscriptions;
/** A window with one event. */
const windowOf = (sender: Reporter, type: string, service: ReturnType<typeof at>) =>
  JSON.stringify({ type, object: sender.object(service) });

test("a Private Link Service is not opened on a list that is older than the one that withdrew it", async () => {
  const [late, slow, newest] = [new Reporter(run), new Reporter(run), new Reporter(run)];
  place(WIDE);
  await late.list([at("5", WIDE)]);
  slow.services = [at("5", WIDE)];
  slow.version = 60;
  await slow.start();
  // Withdrawn at 65; the controller writes, Mooring sees it, and the cluster confirms it at 70.
  place(NARROW);
  await reconcile();
  newest.version = 69;
  await newest.list([at("65", NARROW)]);
  await reconcile();
  // An empty window that began at 11, and then the list of 60.
  await late.step("");
  await slow.step();
  await reconcile();
  expect(visible()).toEqual(NARROW);
});

test.each([
  ["was deleted", "DELETED", "LoadBalancer"],
  ["is no load balancer any more", "MODIFIED", "ClusterIP"],
])("a late window does not bring back the declaration of a Service that %s", async (_, event, type) => {
  const [late, newest] = [new Reporter(run), new Reporter(run)];
  place(NARROW);
  await late.list([at("5", NARROW)]);
  newest.version = 24;
  await newest.list([at("25", NARROW)]);
  await newest.step(windowOf(newest, event, at("30", NARROW, type)));
  await reconcile();
  newest.version = 31;
  await newest.list([]);
  // Wide at 20, as only the window of the sender that was replaced shows.
  await late.step(windowOf(late, "MODIFIED", at("20", WIDE)));
  await reconcile();
  expect(visible()).toEqual(NARROW);
});

/** Until it returns, a post to another host happens once, when `table` is used. */
function meanwhile(table: { calls: MemoryRun["tables"]["pages"]["calls"] }, happens: () => Promise<unknown>) {
  let isDone = false;
  const record = table.calls.record.bind(table.calls);
  table.calls.record = async (...call) => {
    await record(...call);
    if (isDone) return;
    isDone = true;
    await happens();
  };
}

test.each<[string, "list" | "window", string]>([
  ["a list of what a window withdraws", "list", "MODIFIED"],
  ["a list of a Service that a window removes", "list", "DELETED"],
  ["a late window of what a window withdraws", "window", "MODIFIED"],
  ["a late window of a Service that a window removes", "window", "DELETED"],
])("of two hosts one works: %s is not applied on top of it", async (_, what, event) => {
  const [late, newest] = [new Reporter(run), new Reporter(run)];
  place(NARROW);
  await reconcile();
  await late.list([at("5", NARROW)]);
  await newest.list([at("5", NARROW)]);
  if (what === "list") await late.start();
  late.services = [at("20", WIDE)];
  late.version = 22;
  const withdrawal = windowOf(newest, event, at("25", NARROW));
  const { pages, declarations } = run.tables;
  let refused: unknown;
  meanwhile(what === "list" ? pages : declarations, async () => {
    refused = await newest.step(withdrawal).catch((error: unknown) => error);
  });
  await late.step(what === "list" ? undefined : windowOf(late, "MODIFIED", at("20", WIDE)));
  expect(refused).toBeInstanceOf(NotYet);
  expect(refused).toMatchObject({ message: "report of one is being worked on", retryAfterSeconds: 2 });
  // The sender repeats its post.
  await newest.step(withdrawal);
  await reconcile();
  expect(visible()).toEqual(NARROW);
});
