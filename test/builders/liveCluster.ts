/**
 * The sandbox's ARM with a cluster whose controller runs, and Mooring's use cases on the real SDK: only clock, storage and queue are in
 * memory, so that a test moves time and sees every message.
 */
import { Cluster } from "../../sandbox/cluster/cluster.ts";
import type { Service } from "../../sandbox/cluster/service.ts";
import { toEvent } from "../../sandbox/events/toEvent.ts";
import { azureNetwork } from "../../shared/azure/network.ts";
import { openResources } from "../../shared/azure/resources.ts";
import type { Apply } from "../../shared/changes/applied.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { Service as Parsed } from "../../shared/annotations/service.ts";
import { parseIntent } from "../../shared/annotations/parse.ts";
import { receiveEvent } from "../../shared/events/receive.ts";
import { remember } from "../../shared/intents/remember.ts";
import { reconcileLink } from "../../shared/links/reconcileLink.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";
import { GROUP, testArm, VNET, vnetBody, type TestArm } from "./arm.ts";
import { serveArm } from "./servedArm.ts";
import { cluster as registered } from "./world.ts";

const NODES = `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`;
const A = "service.beta.kubernetes.io/azure-";

export interface LiveCluster {
  readonly arm: TestArm;
  readonly run: MemoryRun;
  readonly apply: Apply;
  /** Resource events that Event Grid would deliver, oldest first. */
  readonly events: ReturnType<typeof toEvent>[];
  /** Applies a Service with a link: admitted, remembered, built. */
  declare(name: string, lists: Lists): Promise<void>;
  /** The controller looks at everything again. */
  resync(): Promise<void>;
  /** The Service goes and the controller never hears of it; the next snapshot misses it. */
  lose(name: string): Promise<void>;
  linkOf(name: string): Promise<any>;
  balancer(): Promise<any>;
  /** Reads the link whole, changes it and writes it whole, as the portal and `az` do. */
  setBehindItsBack(name: string, lists: Lists): Promise<void>;
  /** Hands events to the app, and what is due to its workers; gives how many messages failed and wait again. */
  deliver(events: LiveCluster["events"]): Promise<void>;
  work(): Promise<number>;
  close(): Promise<void>;
}

export interface Lists {
  readonly visibility?: readonly string[];
  readonly autoApproval?: readonly string[];
}

export async function liveCluster(directory: string): Promise<LiveCluster> {
  const arm = await testArm({ operationMilliseconds: 0 });
  await arm.put(GROUP, { location: "westeurope" });
  await arm.put(NODES, { location: "westeurope" });
  await arm.put(VNET, vnetBody());
  const served = await serveArm(arm, directory);
  const events: LiveCluster["events"] = [];
  arm.onEvent((event) => events.push(toEvent(event)));
  const controller = new Cluster({
    name: "one",
    resourceId: "/one",
    subscription: SUBSCRIPTION,
    nodeResourceGroup: "MC_one",
    vnetId: VNET,
    defaultSubnet: "apps",
    location: "westeurope",
    arm: arm.fetch,
  });
  const resources = openResources(served.access);
  const base = memoryRun();
  const run: MemoryRun = {
    ...base,
    ports: { ...base.ports, resources, network: azureNetwork(served.access) },
  };
  const apply = createApply(resources);
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: registered() }]);
  const linkOf = async (name: string) => (await arm.send("GET", linkId(name))).body;
  return {
    arm,
    run,
    apply,
    events,
    linkOf,
    async declare(name, lists) {
      const service = serviceOf(name, lists);
      const known = controller.services.get(`shop/${name}`)?.metadata.uid;
      if (known !== undefined) await hear(run, service, known);
      const { pending } = await controller.apply(service);
      if (pending !== undefined) throw new Error(pending);
      await hear(run, service, controller.services.get(`shop/${name}`)?.metadata.uid ?? "");
    },
    async resync() {
      await controller.resync();
      for (const service of controller.services.values())
        await hear(run, service, service.metadata.uid ?? "");
    },
    async lose(name) {
      await controller.remove("shop", name, { lose: true });
      await run.tables.intents.transact("one", [{ do: "remove", key: `shop/${name}` }]);
      await hearAll(run, controller.services.size);
    },
    balancer: async () =>
      (await arm.send("GET", `${NODES}/providers/Microsoft.Network/loadBalancers/kubernetes-internal`)).body,
    async setBehindItsBack(name, { visibility, autoApproval }) {
      const body = await linkOf(name);
      if (visibility) body.properties.visibility = { subscriptions: visibility };
      if (autoApproval) body.properties.autoApproval = { subscriptions: autoApproval };
      await arm.put(linkId(name), body);
    },
    async deliver(some) {
      for (const event of some) await receiveEvent(run, event);
    },
    async work() {
      run.clock.advance(30);
      const messages = run.queue.sent.splice(0).filter(({ queue }) => queue === "links");
      const done = await Promise.allSettled(messages.map(({ item }) => reconcileLink(run, apply, item)));
      const again = messages.filter((_, index) => done[index]?.status === "rejected");
      run.queue.sent.push(...again);
      return again.length;
    },
    close: () => served.close(),
  };
}

function linkId(name: string): string {
  return `${NODES}/providers/Microsoft.Network/privateLinkServices/pls-${name}`;
}

function serviceOf(name: string, { visibility = [], autoApproval = [] }: Lists): Service {
  const annotations = {
    [`${A}load-balancer-internal`]: "true",
    [`${A}pls-create`]: "true",
    [`${A}pls-name`]: `pls-${name}`,
    [`${A}pls-ip-configuration-subnet`]: "links",
    [`${A}pls-visibility`]: visibility.join(" "),
    [`${A}pls-auto-approval`]: autoApproval.join(" "),
  };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  };
}

async function hearAll(run: MemoryRun, services: number): Promise<void> {
  const value = { cluster: "one", takenAtUtc: run.clock.nowUtc, services, previousServices: services };
  await run.tables.snapshots.transact("all", [{ do: "put", key: "one", value }]);
}

/** As admission, or a snapshot, would remember it. */
async function hear(run: MemoryRun, service: Service, uid: string): Promise<void> {
  const { namespace, name } = service.metadata;
  const intent = parseIntent(Parsed.parse(service));
  const observedAtUtc = run.clock.nowUtc;
  await remember(run, { cluster: "one", namespace, name, uid, origin: "admission", observedAtUtc, intent });
}
