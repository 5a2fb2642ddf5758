/** A cluster's nodes, as AKS with Azure CNI makes them: a uniform scale set whose interfaces have one address for each possible pod. */
import type { ArmClient } from "../cluster/armClient.ts";
import { LOCATION, type ClusterDefinition } from "./definition.ts";

/** AKS's default with Azure CNI: the node's own address, and one for each other pod. */
const ADDRESSES_PER_NODE = 30;

/** @param group id of the node resource group */
export async function putNodes(
  arm: ArmClient,
  group: string,
  { definition, count }: { definition: ClusterDefinition; count: number },
): Promise<void> {
  const name = scaleSetName(definition);
  const subnet = { id: `${definition.vnetId}/subnets/nodes` };
  const ipConfigurations = Array.from({ length: ADDRESSES_PER_NODE }, (_, n) => ({
    name: `ipconfig${n + 1}`,
    properties: { subnet, primary: n === 0, privateIPAddressVersion: "IPv4" },
  }));
  const nic = { name, properties: { primary: true, enableIPForwarding: true, ipConfigurations } };
  await arm.put(`${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${name}`, {
    location: LOCATION,
    sku: { name: "Standard_D4s_v5", tier: "Standard", capacity: count },
    properties: {
      upgradePolicy: { mode: "Manual" },
      virtualMachineProfile: { networkProfile: { networkInterfaceConfigurations: [nic] } },
    },
  });
}

/** AKS names it after the agent pool and a number of the cluster. */
function scaleSetName({ name }: ClusterDefinition): string {
  return `aks-system-${name.replace(/^aks-/, "")}-vmss`;
}
