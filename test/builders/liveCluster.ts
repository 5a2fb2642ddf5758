/**
 * The sandbox's ARM with a cluster whose controller runs, and Mooring's use cases on the real SDK: only clock, storage and queue are in
 * memory, so that a test moves time and sees every message.
 */
import { Cluster } from "../../dev/sandbox/cluster/cluster.ts";
import type { Service } from "../../dev/sandbox/cluster/service.ts";
import { toEvent } from "../../dev/sandbox/events/toEvent.ts";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { openResources } from "../../shared/adapters/resources.ts";
import type { Apply } from "../../shared/changes/applied.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { Service as Parsed } from "../../shared/kubernetes/service.ts";
import { parseIntent } from "../../shared/kubernetes/parseIntent.ts";
import { receiveEvent } from "../../shared/events/receive.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";
import { GROUP, testArm, VNET, vnetBody, type TestArm } from "./arm.ts";
import { serveArm } from "./servedArm.ts";
import { Reporter, type ReportedService } from "./reports.ts";
import { cluster as registered } from "./world.ts";

const NODES = `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`;
const { resourceId: clusterId } = registered();
const A = "service.beta.kubernetes.io/azure-";

export interface LiveCluster {
  readonly arm: TestArm;
  readonly run: MemoryRun;
  readonly apply: Apply;
  /** Resource events that Event Grid would deliver, oldest first. */
  readonly events: ReturnType<typeof toEvent>[];
  /** Applies a Service with a PLS: admitted, remembered, built. */
  declare(name: string, lists: Lists): Promise<void>;
  /** The controller looks at everything again. */
  resync(): Promise<void>;
  /** The controller is an older version from now on: a Service gets the Private Link Service whose name it declares. */
  takeOverNames(): void;
  /** The Service is deleted without the controller's knowledge, and the cluster reports it. */
  lose(name: string): Promise<void>;
  /** The cluster reports all of its Services, and that nothing else changed since. */
  report(): Promise<void>;
  plsOf(name: string): Promise<any>;
  balancer(): Promise<any>;
  /** Reads the complete PLS, changes it and writes all of it, as the portal and `az` do. */
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
  await arm.put(clusterId.slice(0, clusterId.indexOf("/providers/")), { location: "westeurope" });
  await arm.put(clusterId, {
    location: "westeurope",
    properties: { nodeResourceGroup: "MC_one", agentPoolProfiles: [] },
  });
  const resources = openResources(served.access);
  const base = memoryRun();
  const run: MemoryRun = {
    ...base,
    ports: { ...base.ports, resources, network: azureNetwork(served.access) },
  };
  const apply = createApply(resources);
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: registered() }]);
  const reporter = new Reporter(run);
  let reporting: Promise<unknown> = Promise.resolve();
  // One after another, as one sender does.
  const report = async () => {
    const turn = reporting;
    reporting = (async () => {
      await turn;
      await reporter.list([...controller.services.values()].filter(isBalancer).map(toReported));
      await reporter.confirm();
    })();
    await reporting;
  };
  const plsOf = async (name: string) => (await arm.send("GET", plsId(name))).body;
  return {
    arm,
    run,
    apply,
    events,
    plsOf,
    async declare(name, lists) {
      const service = serviceOf(name, lists);
      const { pending } = await controller.apply(service);
      if (pending !== undefined) throw new Error(pending);
      await admit(run, service, controller.services.get(`shop/${name}`)?.metadata.uid ?? "");
      await report();
    },
    async resync() {
      await controller.resync();
      await report();
    },
    takeOverNames() {
      controller.takesOverNames = true;
    },
    async lose(name) {
      await controller.remove("shop", name, { lose: true });
      await report();
      await report();
    },
    report,
    balancer: async () =>
      (await arm.send("GET", `${NODES}/providers/Microsoft.Network/loadBalancers/kubernetes-internal`)).body,
    async setBehindItsBack(name, { visibility, autoApproval }) {
      const body = await plsOf(name);
      if (visibility) body.properties.visibility = { subscriptions: visibility };
      if (autoApproval) body.properties.autoApproval = { subscriptions: autoApproval };
      await arm.put(plsId(name), body);
    },
    async deliver(some) {
      for (const event of some) await receiveEvent(run, event);
    },
    async work() {
      run.clock.advance(30);
      await report();
      const messages = run.queue.sent.splice(0).filter(({ queue }) => queue === "pls");
      const failures = await Promise.all(
        messages.map(({ item }) => failureOf(reconcilePls(run, apply, item))),
      );
      const waiting = messages.filter((_, index) => failures[index]?.includes("waiting for the next report"));
      await report();
      const late = await Promise.all(waiting.map(({ item }) => failureOf(reconcilePls(run, apply, item))));
      const again = [
        ...messages.filter((one, index) => failures[index] !== undefined && !waiting.includes(one)),
        ...waiting.filter((_, index) => late[index] !== undefined),
      ];
      run.queue.sent.push(...again);
      return again.length;
    },
    close: () => served.close(),
  };
}

/** Why the work is to be tried again. */
async function failureOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => String(error),
  );
}

function plsId(name: string): string {
  return `${NODES}/providers/Microsoft.Network/privateLinkServices/pls-${name}`;
}

function serviceOf(name: string, { visibility = [], autoApproval = [] }: Lists): Service {
  const annotations = {
    [`${A}load-balancer-internal`]: "true",
    [`${A}pls-create`]: "true",
    [`${A}pls-name`]: `pls-${name}`,
    [`${A}pls-ip-configuration-subnet`]: "pls",
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

function isBalancer({ spec }: Service): boolean {
  return spec.type === "LoadBalancer";
}

function toReported({ metadata, spec }: Service): ReportedService {
  const { name, namespace, uid = "", resourceVersion = "1", annotations = {} } = metadata;
  return { name, namespace, uid, resourceVersion, annotations, ports: spec.ports };
}

/** As admission remembers it. */
async function admit(run: MemoryRun, service: Service, uid: string): Promise<void> {
  const { namespace, name } = service.metadata;
  const intent = parseIntent(Parsed.parse(service));
  const observedAtUtc = run.clock.nowUtc;
  await propose(run, { cluster: "one", namespace, name, uid, strength: "proposal", observedAtUtc, intent });
}
