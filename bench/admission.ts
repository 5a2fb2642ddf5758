/** Decisions about static addresses beside the same number of bare Table point reads, two a decision. */
import { createPorts } from "../shared/azure/ports.ts";
import { admit } from "../shared/gate/admit.ts";
import { AdmissionReview } from "../shared/gate/review.ts";
import { addressKey } from "../shared/addresses/key.ts";
import { silentLog } from "../shared/log.ts";
import type { Cluster } from "../shared/clusters/model.ts";
import type { Run } from "../shared/ports.ts";
import { parseSettings } from "../shared/settings.ts";
import { writeRows } from "../shared/storage/writeRows.ts";
import { milli, milliseconds, quantile, type Bench } from "./figures.ts";

const SUBSCRIPTION = "11111111-1111-4111-8111-111111111111";
const VNET = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet`;
const SUBNET = `${VNET}/subnets/apps`;
const DECISIONS = 400;
const TAKEN = 1000;
const CLIENTS = [1, 8];

const cluster: Cluster = {
  name: "bench",
  resourceId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/bench`,
  nodeResourceGroup: "MC",
  vnetId: VNET,
  defaultSubnet: "apps",
  tokens: [],
  registeredAtUtc: "",
};

export async function admission({ connection }: Bench): Promise<string[]> {
  const settings = parseSettings({
    AzureWebJobsStorage: connection,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: "bench",
  });
  const run: Run = {
    ports: createPorts(settings).ports,
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
    log: silentLog,
    signal: new AbortController().signal,
  };
  await prepare(run);
  await admit(run, cluster, review(0, 250));
  const lines = [];
  for (const clients of CLIENTS) {
    const bare = await measure(clients, (n) => bareReads(run, n));
    const ours = await measure(clients, (n) => admit(run, cluster, review(clients, n)));
    lines.push(
      `${clients} at once: decision p50 ${milli(quantile(ours.each, 0.5))}, p99 ${milli(quantile(ours.each, 0.99))}, ${ours.rate.toFixed(0)}/s; two bare reads p50 ${milli(quantile(bare.each, 0.5))}, p99 ${milli(quantile(bare.each, 0.99))}, ${bare.rate.toFixed(0)}/s; rate ratio ${(ours.rate / bare.rate).toFixed(2)}`,
    );
  }
  return lines;
}

/** A /16 with a thousand addresses taken, scanned just now. */
async function prepare(run: Run): Promise<void> {
  const value = {
    id: SUBNET,
    vnetId: VNET,
    name: "apps",
    prefixes: ["10.0.0.0/16"],
    delegations: [],
    linkNetworkPolicies: "Enabled",
    usableAddresses: 65_531,
    usedAddresses: TAKEN,
    scannedAtUtc: new Date().toISOString(),
  } as const;
  await run.ports.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value }]);
  const rows = Array.from({ length: TAKEN }, (_, n) => ({
    address: `10.0.${200 + Math.floor(n / 250)}.${n % 250}`,
    assignment: { holderId: VNET, seenAtUtc: "" },
  }));
  await writeRows(
    run.ports.tables.addresses,
    SUBNET.toLowerCase(),
    rows.map((row) => ({ do: "put", key: addressKey(row.address), value: row })),
  );
}

async function bareReads(run: Run, n: number): Promise<void> {
  for (const octet of [200, 201])
    await run.ports.tables.addresses.get(SUBNET.toLowerCase(), addressKey(`10.0.${octet}.${n % 250}`));
}

async function measure(
  clients: number,
  one: (n: number) => Promise<unknown>,
): Promise<{ each: number[]; rate: number }> {
  const each: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < DECISIONS) {
      const n = next;
      next += 1;
      each.push(await milliseconds(() => one(n)));
    }
  };
  const total = await milliseconds(() => Promise.all(Array.from({ length: clients }, client)));
  return { each, rate: (DECISIONS * 1000) / total };
}

function review(round: number, n: number): AdmissionReview {
  const prefix = "service.beta.kubernetes.io/azure-load-balancer-";
  const annotations = {
    [`${prefix}internal`]: "true",
    [`${prefix}ipv4`]: `10.0.${10 + round * 2 + Math.floor(n / 240)}.${10 + (n % 240)}`,
  };
  const object = {
    metadata: { name: `s-${round}-${n}`, namespace: "bench", uid: crypto.randomUUID(), annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  };
  return AdmissionReview.parse({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { uid: String(n), kind: { kind: "Service" }, operation: "CREATE", object, oldObject: null },
  });
}
