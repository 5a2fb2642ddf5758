import { ArmError } from "../armError.ts";
import { same } from "../ids.ts";
import type { Body, ResourceType, World } from "../resourceType.ts";
import { envelope } from "./wire.ts";

export const publicIpAddresses: ResourceType = {
  type: "Microsoft.Network/publicIPAddresses",
  put(world, { body, existing }) {
    const {
      provisioningState: _,
      resourceGuid: __,
      ipConfiguration: ___,
      ...rest
    } = body["properties"] ?? {};
    const ipAddress = existing?.properties["ipAddress"] ?? nextAddress(world);
    return {
      properties: {
        ipAddress,
        publicIPAddressVersion: "IPv4",
        publicIPAllocationMethod: "Static",
        idleTimeoutInMinutes: 4,
        ...rest,
      },
      sku: body["sku"] ?? { name: "Standard", tier: "Regional" },
    };
  },
  checkRemove(world, { id }) {
    const frontend = userOf(world, id);
    if (!frontend) return;
    const message = `Public IP address ${id} can not be deleted since it is still allocated to resource ${frontend}. In order to delete the public IP, disassociate/detach the Public IP address from the resource. To learn how to do this, see aka.ms/deletepublicip.`;
    throw new ArmError(400, "PublicIPAddressCannotBeDeleted", message);
  },
  toWire(world, stored) {
    const user = userOf(world, stored.id);
    return envelope(stored, { ...stored.properties, ...(user && { ipConfiguration: { id: user } }) });
  },
};

function userOf(world: World, id: string): string | undefined {
  for (const balancer of world.ofType("Microsoft.Network/loadBalancers"))
    for (const frontend of balancer.properties["frontendIPConfigurations"] as Body[])
      if (same(frontend["properties"].publicIPAddress?.id, id))
        return `${balancer.id}/frontendIPConfigurations/${frontend["name"]}`;
  return undefined;
}

/** From the documentation range 203.0.113.0/24 and its neighbours. */
function nextAddress(world: World): string {
  const count = world.ofType("Microsoft.Network/publicIPAddresses").length;
  return `203.0.${113 + Math.floor(count / 250)}.${(count % 250) + 1}`;
}
