/** What comes of a network over the years: remains, a full subnet, a load balancer of a retired kind, things made by hand. */
import type { ArmClient } from "../cluster/armClient.ts";
import { CLUSTERS, LOCATION, nodeGroup, PLATFORM, SHARED_VNET } from "./definition.ts";

type Item = Record<string, any>;

const BATCH_WORKERS = 10;
const NETWORK_GROUP = `/subscriptions/${PLATFORM}/resourceGroups/rg-network/providers/Microsoft.Network`;

export async function wear(arm: ArmClient): Promise<void> {
  for (let worker = 0; worker < BATCH_WORKERS; worker += 1) await putWorker(arm, worker);
  await putBasicBalancer(arm);
  await changeBalancerByHand(arm);
}

/** One subnet has hardly an address left. */
async function putWorker(arm: ArmClient, worker: number): Promise<void> {
  await arm.put(`${NETWORK_GROUP}/networkInterfaces/batch-worker-${worker}`, {
    location: LOCATION,
    properties: {
      ipConfigurations: [
        { name: "ipconfig1", properties: { subnet: { id: `${SHARED_VNET}/subnets/batch` } } },
      ],
    },
  });
}

async function putBasicBalancer(arm: ArmClient): Promise<void> {
  await arm.put(`${NETWORK_GROUP}/loadBalancers/lb-intranet`, {
    location: LOCATION,
    sku: { name: "Basic" },
    properties: {
      frontendIPConfigurations: [
        {
          name: "intranet",
          properties: {
            subnet: { id: `${SHARED_VNET}/subnets/consumers` },
            privateIPAllocationMethod: "Dynamic",
          },
        },
      ],
    },
  });
}

/** A probe that nothing uses, a rule to an empty pool, and a PLS that the controller did not create. */
async function changeBalancerByHand(arm: ArmClient): Promise<void> {
  const [, two] = CLUSTERS;
  if (!two) return;
  const group = `/subscriptions/${PLATFORM}/resourceGroups/${nodeGroup(two)}/providers/Microsoft.Network`;
  const id = `${group}/loadBalancers/kubernetes-internal`;
  const balancer = await arm.get(id);
  const { properties } = balancer;
  const rule = (properties.loadBalancingRules as Item[]).find(
    (one) => one["properties"].frontendPort === 587,
  );
  if (!rule) throw new Error("no rule has port 587");
  properties.probes.push({ name: "smoke-test", properties: { protocol: "Tcp", port: 31_999 } });
  properties.backendAddressPools.push({ name: "drained", properties: {} });
  rule["properties"].backendAddressPool = { id: `${id}/backendAddressPools/drained` };
  delete rule["properties"].backendAddressPools;
  await arm.put(id, balancer);
  await arm.put(`${group}/privateLinkServices/pls-mail`, {
    location: LOCATION,
    properties: {
      loadBalancerFrontendIpConfigurations: [rule["properties"].frontendIPConfiguration],
      ipConfigurations: [{ name: "nat", properties: { subnet: { id: `${SHARED_VNET}/subnets/links` } } }],
      visibility: { subscriptions: [PLATFORM] },
    },
  });
}
