/** ARM calls of one reconcile, and a storm of events over many Private Link Services, beside the bare calls that would be needed. */
import tls from "node:tls";
import { createNetworkManagement } from "@azure/arm-network/api";
import pLimit from "p-limit";
import { createArm, type Arm } from "../sandbox/arm/server.ts";
import { certificates } from "../sandbox/identity/certificate.ts";
import { issueToken } from "../sandbox/identity/token.ts";
import type { ArmAccess } from "../../shared/adapters/armAccess.ts";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { openResources } from "../../shared/adapters/resources.ts";
import type { Apply } from "../../shared/changes/applied.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { JsonObject, ResourceReader, ResourceWriter } from "../../shared/ports/resources.ts";
import { newestSequence } from "../../shared/declarations/feed.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { receiveEvent } from "../../shared/events/receive.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { Declared } from "../../shared/kubernetes/intent.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { writeRows } from "../../shared/storage/writeRows.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";
import { counted } from "./counted.ts";
import { milliseconds, type Bench, type Figure } from "./figures.ts";
import { cluster, connectedRun, SUBSCRIPTION } from "./inventory.ts";

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC`;
const NET = `${GROUP}/providers/Microsoft.Network`;
const PLS_COUNT = 500;
const EVENTS = 10_000;
/** Azure's limit of Private Link Services on a load balancer. */
const PER_BALANCER = 8;
const AT_ONCE = 16;
const ROUNDS = 30;
/** Each message is tried before the cluster confirmed its declaration, and after. */
const DELIVERIES = 2;
const WANTED = ["22222222-2222-4222-8222-222222222222"];

const plsId = (n: number) => `${NET}/privateLinkServices/pls-${n}`;
const uid = (n: number) => `${String(n).padStart(8, "0")}-0000-4000-8000-000000000000`;

export async function reconcile(bench: Bench): Promise<Figure[]> {
  const arm = await createArm({ subscriptions: { [SUBSCRIPTION]: "bench" }, operationMilliseconds: 0 });
  const { token, expiresOn } = issueToken({ objectId: "bench", applicationId: "bench", name: "bench" });
  const put = sender(arm, token);
  await fill(put);
  const pem = await certificates(bench.directory);
  tls.setDefaultCACertificates([...tls.getCACertificates(), pem.ca]);
  const server = await arm.listen({ port: 0, ...pem });
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: expiresOn * 1000 }) };
  const world = await open(bench, { credential, endpoint: server.url });
  try {
    return [
      ...(await nothingToDo(world)),
      ...(await somethingToDo(world, put)),
      ...(await storm(world, put)),
    ];
  } finally {
    await server.close();
  }
}

interface World {
  readonly run: Run;
  readonly access: ArmAccess;
  readonly resources: ResourceReader & ResourceWriter;
  /** Calls of ARM's ports, and messages sent to the queue. */
  readonly calls: { readonly network: () => number; readonly resources: () => number };
  readonly sent: WorkItem[];
}

type Put = (path: string, body: unknown) => Promise<void>;

function sender(arm: Arm, token: string): Put {
  return async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const url = `https://arm.bench${path}?api-version=2025-05-01`;
    const response = await arm.fetch(
      new Request(url, { method: "PUT", headers, body: JSON.stringify(body) }),
    );
    if (!response.ok) throw new Error(`PUT ${path}: ${await response.text()}`);
    await arm.idle();
  };
}

async function fill(put: Put): Promise<void> {
  const subnet = (name: string, prefix: string) => ({
    name,
    properties: { addressPrefix: prefix, privateLinkServiceNetworkPolicies: "Disabled" },
  });
  await put(GROUP, { location: "westeurope" });
  await put(`${NET}/virtualNetworks/vnet`, {
    location: "westeurope",
    properties: {
      addressSpace: { addressPrefixes: ["10.0.0.0/8"] },
      subnets: [subnet("apps", "10.1.0.0/16"), subnet("pls", "10.2.0.0/16")],
    },
  });
  for (let first = 0; first < PLS_COUNT; first += PER_BALANCER) {
    const numbers = Array.from({ length: Math.min(PER_BALANCER, PLS_COUNT - first) }, (_, n) => first + n);
    await put(balancerOf(first), {
      location: "westeurope",
      sku: { name: "Standard" },
      properties: { frontendIPConfigurations: numbers.map(frontend) },
    });
    for (const n of numbers) await put(plsId(n), pls(n, WANTED));
  }
}

function balancerOf(n: number): string {
  return `${NET}/loadBalancers/lb-${Math.floor(n / PER_BALANCER)}`;
}

function frontend(n: number) {
  const subnet = { id: `${NET}/virtualNetworks/vnet/subnets/apps` };
  return { name: baseName(uid(n)), properties: { subnet, privateIPAllocationMethod: "Dynamic" } };
}

function pls(n: number, visibility: readonly string[]) {
  const subnet = { id: `${NET}/virtualNetworks/vnet/subnets/pls` };
  return {
    location: "westeurope",
    tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": `dev/bench/s-${n}` },
    properties: {
      visibility: { subscriptions: visibility },
      loadBalancerFrontendIpConfigurations: [
        { id: `${balancerOf(n)}/frontendIPConfigurations/${baseName(uid(n))}` },
      ],
      ipConfigurations: [{ name: "nat", properties: { subnet } }],
    },
  };
}

async function open(bench: Bench, access: ArmAccess): Promise<World> {
  const base = connectedRun(bench, "benchlinks");
  const resources = counted(openResources(access));
  const network = counted(azureNetwork(access));
  const sent: WorkItem[] = [];
  const queue = {
    ...base.ports.queue,
    send: async (_: string, item: WorkItem) => void sent.push(item),
  };
  const run = {
    ...base,
    ports: { ...base.ports, network: network.target, resources: resources.target, queue },
  };
  await run.ports.tables.clusters.transact("all", [{ do: "put", key: cluster.name, value: cluster }]);
  await writeRows(
    run.ports.tables.declarations,
    cluster.name,
    Array.from({ length: PLS_COUNT }, (_, n) => ({
      do: "put" as const,
      key: `dev/bench/s-${n}`,
      value: declared(n),
    })),
  );
  await confirm(run);
  const calls = { network: network.calls, resources: resources.calls };
  return { run, access, resources: resources.target, calls, sent };
}

/** The cluster confirms everything, under a number that is newer than whatever was read from Azure before. */
async function confirm(run: Run): Promise<void> {
  const sequence = (await newestSequence(run, cluster.name)) + 1;
  const confirmed = { resourceVersion: String(sequence), sequence, atUtc: run.now().toISOString() };
  const value = {
    cluster: cluster.name,
    sequence,
    confirmed,
    list: { ...confirmed, services: PLS_COUNT },
  };
  await run.ports.tables.feeds.transact("all", [{ do: "put", key: cluster.name, value }]);
}

/** A write that was not seen before needs the cluster to confirm what it declares. */
async function attempt(run: Run, apply: Apply, item: WorkItem): Promise<void> {
  try {
    await reconcilePls(run, apply, item);
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
  }
}

function declared(n: number): Declared {
  const lists = { visibility: WANTED, autoApproval: [], fqdns: [], natIps: [] };
  return {
    cluster: cluster.name,
    namespace: "bench",
    name: `s-${n}`,
    uid: uid(n),
    strength: "confirmation",
    resourceVersion: "5",
    observedAtUtc: new Date().toISOString(),
    intent: {
      internal: true,
      addresses: {},
      ipFamilies: ["IPv4"],
      ports: [],
      pls: { create: true, natIpCount: 1, proxyProtocol: false, ...lists },
    },
  };
}

const item = (id: string): WorkItem => ({
  what: "pls",
  id,
  why: "bench",
  seenAtUtc: "",
  correlationId: "bench",
});

async function nothingToDo({ run, resources, calls }: World): Promise<Figure[]> {
  const apply = createApply(resources);
  const before = calls.network() + calls.resources();
  const ours = await milliseconds(() => each(ROUNDS, (n) => reconcilePls(run, apply, item(plsId(n)))));
  const made = calls.network() + calls.resources() - before;
  const bare = await milliseconds(() => each(ROUNDS, (n) => run.ports.network.pls(plsId(n))));
  const floor = { what: "one bare read", value: bare / ROUNDS };
  const name = "a reconcile with nothing to do";
  return [
    { name, unit: "ms", ours: ours / ROUNDS, floor },
    {
      name: `${name}: of ARM`,
      unit: "calls",
      ours: made / ROUNDS,
      floor: { what: "one bare read", value: 1 },
      aim: { ratio: 1 },
    },
  ];
}

async function somethingToDo({ run, resources, calls, access }: World, put: Put): Promise<Figure[]> {
  const apply = createApply(resources);
  await each(ROUNDS, (n) => put(plsId(n), pls(n, ["*"])));
  await each(ROUNDS, (n) => attempt(run, apply, item(plsId(n))));
  await confirm(run);
  const before = calls.network() + calls.resources();
  const ours = await milliseconds(() => each(ROUNDS, (n) => reconcilePls(run, apply, item(plsId(n)))));
  const made = calls.network() + calls.resources() - before;
  await each(ROUNDS, (n) => put(plsId(n), pls(n, ["*"])));
  const bare = await milliseconds(() => each(ROUNDS, (n) => bareRepair(access, n)));
  const name = "a reconcile that writes: read, re-read, locks, write, verify, journal";
  const what = "bare read, write, read";
  return [
    { name, unit: "ms", ours: ours / ROUNDS, floor: { what, value: bare / ROUNDS } },
    {
      name: `${name}: of ARM`,
      unit: "calls",
      ours: made / ROUNDS,
      floor: { what, value: 3 },
      aim: { ratio: 2 },
    },
  ];
}

/** Read, write, read; nothing else. */
async function bareRepair({ credential, endpoint }: ArmAccess, n: number): Promise<void> {
  const client = createNetworkManagement(credential, SUBSCRIPTION, { endpoint });
  const queryParameters = { "api-version": "2025-05-01" };
  const path = client.pathUnchecked(plsId(n));
  const { body } = await path.get({ queryParameters });
  const properties = {
    ...((body as JsonObject)["properties"] as JsonObject),
    visibility: { subscriptions: WANTED },
  };
  await path.put({ queryParameters, body: { ...(body as JsonObject), properties } });
  await path.get({ queryParameters });
}

/** Another writer changes all Private Link Services, and each change sends many events. */
async function storm(world: World, put: Put): Promise<Figure[]> {
  const { run, resources, calls, sent, access } = world;
  const apply = createApply(resources);
  await each(PLS_COUNT, (n) => put(plsId(n), pls(n, ["*"])));
  sent.length = 0;
  const reads = calls.network();
  const received = await milliseconds(() =>
    parallel(EVENTS, (n) => receiveEvent(run, event(plsId((n * 7) % PLS_COUNT), n))),
  );
  const messages = sent.splice(0).filter(({ what }) => what === "pls");
  const drain = () => parallel(messages.length, (n) => attempt(run, apply, messages[n] ?? item("")));
  const drained = await milliseconds(async () => {
    await drain();
    await confirm(run);
    await drain();
  });
  const readsPerDelivery = (calls.network() - reads) / (messages.length * DELIVERIES);
  const privateLinkServices = await run.ports.network.privateLinkServices(SUBSCRIPTION);
  const right = privateLinkServices.filter(({ visibility }) => visibility.join() === WANTED.join()).length;
  await each(PLS_COUNT, (n) => put(plsId(n), pls(n, ["*"])));
  const bare = await milliseconds(() => parallel(PLS_COUNT, (n) => bareRepair(access, n)));
  if (right !== PLS_COUNT)
    throw new Error(`after the storm ${right} of ${PLS_COUNT} Private Link Services are as declared`);
  const name = `a storm of ${EVENTS} events over ${PLS_COUNT} Private Link Services`;
  const floor = { what: "bare repairs", value: bare };
  return [
    { name: `${name}: events taken`, unit: "/s", ours: (EVENTS * 1000) / received },
    {
      name: `${name}: messages that it becomes`,
      unit: "calls",
      ours: messages.length,
      aim: { value: EVENTS / 5 },
    },
    { name: `${name}: all Private Link Services repaired`, unit: "ms", ours: drained, floor },
    { name: `${name}: reads a delivery`, unit: "calls", ours: readsPerDelivery, aim: { value: 1 } },
  ];
}

function event(id: string, n: number) {
  return {
    id: `e-${n}`,
    subject: id,
    eventType: "Microsoft.Resources.ResourceWriteSuccess",
    eventTime: new Date().toISOString(),
    data: { operationName: "Microsoft.Network/privateLinkServices/write", claims: { name: "somebody" } },
  };
}

async function each(count: number, one: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += 1) await one(n);
}

async function parallel(count: number, one: (n: number) => Promise<unknown>): Promise<void> {
  const limit = pLimit(AT_ONCE);
  await Promise.all(Array.from({ length: count }, (_, n) => limit(() => one(n))));
}
