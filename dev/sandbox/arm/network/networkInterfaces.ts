import { ArmError } from "../armError.ts";
import type { Body, Claim, PutRequest, ResourceType, Stored, World } from "../resourceType.ts";
import { allocate } from "./addresses.ts";
import { vnetsOfSubnets } from "./virtualNetworks.ts";
import { child, envelope, received, reference } from "./wire.ts";

export const NIC_TYPE = "Microsoft.Network/networkInterfaces";

export const networkInterfaces: ResourceType = {
  type: NIC_TYPE,
  put(world, request) {
    const {
      ipConfigurations = [],
      provisioningState: _,
      resourceGuid: __,
      ...rest
    } = request.body["properties"] ?? {};
    if (ipConfigurations.length === 0)
      throw new ArmError(
        400,
        "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
        `Network interface ${request.id} must have at least one IP configuration.`,
      );
    return { properties: { ...rest, ipConfigurations: allocateAll(world, request, ipConfigurations) } };
  },
  checkRemove(_world, { id, properties }) {
    const owner = properties["privateEndpoint"]?.id ?? properties["privateLinkService"]?.id;
    if (owner)
      throw new ArmError(400, "NicInUse", `Network Interface ${id} is used by existing resource ${owner}.`);
  },
  toWire: (_world, nic) =>
    envelope(nic, {
      ...nic.properties,
      ipConfigurations: (nic.properties["ipConfigurations"] as Body[]).map((item) =>
        child(nic, "ipConfigurations", item),
      ),
    }),
  claims: claimsOfConfigurations,
  vnetsOf: (properties) =>
    vnetsOfSubnets((properties["ipConfigurations"] as Body[]).map((item) => item["properties"].subnet?.id)),
};

function allocateAll(world: World, { id, existing }: PutRequest, configurations: Body[]): Body[] {
  const promised = new Set<string>();
  return configurations.map((configuration, index) => {
    const item = received(configuration);
    const before = (existing?.properties["ipConfigurations"] as Body[] | undefined)?.find(
      ({ name }) => name === item["name"],
    );
    return withAddress(world, {
      item,
      holderId: `${id}/ipConfigurations/${item["name"]}`,
      before,
      promised,
      primary: index === 0,
    });
  });
}

interface Configuration {
  item: Body;
  holderId: string;
  before: Body | undefined;
  promised: Set<string>;
  primary: boolean;
}

/** An IP configuration with the address that it gets. */
export function withAddress(
  world: World,
  { item, holderId, before, promised, primary }: Configuration,
): Body {
  const { privateIPAddress, privateIPAllocationMethod = "Dynamic", subnet, ...rest } = item["properties"];
  const isStatic = privateIPAllocationMethod === "Static";
  const isV6 = rest.privateIPAddressVersion === "IPv6";
  const address = allocate(world, {
    subnetId: subnet?.id ?? "",
    holderId,
    promised,
    isV6,
    ...(isStatic && { wanted: privateIPAddress }),
    ...(before && { before: before["properties"].privateIPAddress }),
  });
  return {
    name: item["name"],
    properties: {
      privateIPAddress: address,
      privateIPAllocationMethod,
      subnet: reference(subnet),
      primary,
      privateIPAddressVersion: "IPv4",
      ...rest,
    },
  };
}

export function claimsOfConfigurations(stored: Stored): Claim[] {
  return (stored.properties["ipConfigurations"] as Body[]).map(({ name, properties }) => ({
    subnetId: properties.subnet.id,
    address: properties.privateIPAddress,
    holderId: `${stored.id}/ipConfigurations/${name}`,
  }));
}

/** The interface that Azure makes for a PLS or an endpoint. */
export function systemNic(
  world: World,
  owner: { id: string; name: string; location: string },
  more: { id: string; properties: Body },
): Stored {
  const { id, properties } = more;
  const nowUtc = world.nowUtc();
  return {
    id,
    name: id.split("/").at(-1) ?? "",
    type: NIC_TYPE,
    location: owner.location,
    tags: {},
    etag: world.newGuid(),
    provisioningState: "Succeeded",
    resourceGuid: world.newGuid(),
    properties,
    createdTime: nowUtc,
    changedTime: nowUtc,
  };
}
