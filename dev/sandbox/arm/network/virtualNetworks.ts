import { ArmError } from "../armError.ts";
import { key, parseId, same } from "../ids.ts";
import type { Body, ChildType, PutRequest, ResourceType, Stored, World } from "../resourceType.ts";
import { isReserved, prefixesOf, toNumber, toRange, toText, within } from "./addresses.ts";
import { child, envelope, received } from "./wire.ts";

const COMPUTED = ["ipConfigurations", "privateEndpoints", "purpose"];

const subnets: ChildType = {
  segment: "subnets",
  list: (world, vnet) =>
    (vnet.properties["subnets"] as Body[]).map((subnet) => subnetToWire(world, vnet, subnet)),
  put(world, vnet, name, body) {
    const others = (vnet.properties["subnets"] as Body[]).filter(
      (subnet) => key(subnet["name"]) !== key(name),
    );
    const made = makeSubnet(world, vnet.id, { ...body, name });
    vnet.properties["subnets"] = [...others, made];
    checkOverlap(vnet.properties);
  },
  remove(world, vnet, name) {
    const [used] = world.claimsIn(`${vnet.id}/subnets/${name}`);
    if (used) throw inUse(name, used.holderId);
    vnet.properties["subnets"] = (vnet.properties["subnets"] as Body[]).filter(
      (subnet) => key(subnet["name"]) !== key(name),
    );
  },
};

export const virtualNetworks: ResourceType = {
  type: "Microsoft.Network/virtualNetworks",
  put(world, request) {
    const properties = makeVnet(world, request);
    checkOverlap(properties);
    return { properties };
  },
  checkRemove(world, vnet) {
    for (const subnet of vnet.properties["subnets"] as Body[]) {
      const [used] = world.claimsIn(`${vnet.id}/subnets/${subnet["name"]}`);
      if (used) throw inUse(subnet["name"], used.holderId);
    }
  },
  toWire: (world, vnet) => envelope(vnet, { ...vnet.properties, subnets: subnets.list(world, vnet) }),
  children: [subnets],
  actions: {
    usages: (world, vnet) => ({
      value: (vnet.properties["subnets"] as Body[]).map((subnet) => usage(world, vnet, subnet)),
    }),
    checkipaddressavailability: (world, vnet, query) =>
      availability(world, vnet, query.get("ipAddress") ?? ""),
  },
};

function makeVnet(world: World, { id, body, existing }: PutRequest): Body {
  const { subnets: sent, addressSpace, ...rest } = body["properties"] ?? {};
  if (!addressSpace?.addressPrefixes?.length)
    throw new ArmError(400, "InvalidRequestFormat", "Cannot parse the request: addressSpace is required.");
  const kept = existing?.properties["subnets"] ?? [];
  delete rest.provisioningState;
  delete rest.resourceGuid;
  return {
    addressSpace: { addressPrefixes: addressSpace.addressPrefixes },
    privateEndpointVNetPolicies: "Disabled",
    ...rest,
    subnets: sent ? (sent as Body[]).map((subnet) => makeSubnet(world, id, subnet)) : kept,
    virtualNetworkPeerings: [],
    enableDdosProtection: false,
  };
}

function makeSubnet(world: World, vnetId: string, body: Body): Body {
  const subnet = received(body, COMPUTED);
  const { addressPrefix, addressPrefixes, delegations, ...rest } = subnet["properties"];
  if (!addressPrefix && !addressPrefixes?.length)
    throw new ArmError(
      400,
      "InvalidRequestFormat",
      `Cannot parse the request: subnet ${body["name"]} has no address prefix.`,
    );
  const policies = rest.privateLinkServiceNetworkPolicies ?? "Enabled";
  if (policies === "Enabled" && hasPls(world, `${vnetId}/subnets/${body["name"]}`))
    throw policiesNeeded(`${vnetId}/subnets/${body["name"]}`);
  return {
    name: body["name"],
    properties: {
      ...(addressPrefixes ? { addressPrefixes } : { addressPrefix }),
      ...rest,
      delegations: (delegations ?? []).map((delegation: Body) => received(delegation, ["actions"])),
      privateEndpointNetworkPolicies: rest.privateEndpointNetworkPolicies ?? "Disabled",
      privateLinkServiceNetworkPolicies: policies,
    },
  };
}

function hasPls(world: World, subnetId: string): boolean {
  const privateLinkServices = world.ofType("Microsoft.Network/privateLinkServices");
  return privateLinkServices.some(({ properties }) =>
    (properties["ipConfigurations"] as Body[]).some((configuration) =>
      same(configuration["properties"].subnet?.id, subnetId),
    ),
  );
}

/** The code is Azure's; no source has its text, so this one is the sandbox's. */
export function policiesNeeded(subnetId: string): ArmError {
  const message = `Private link service network policies cannot be enabled on private link service subnet ${subnetId}.`;
  return new ArmError(
    400,
    "PrivateLinkServiceNetworkPoliciesCannotBeEnabledOnPrivateLinkServiceSubnet",
    message,
  );
}

function inUse(name: string, holderId: string): ArmError {
  const message = `Subnet ${name} is in use by ${holderId} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`;
  return new ArmError(400, "InUseSubnetCannotBeDeleted", message);
}

function checkOverlap({ subnets, addressSpace }: Body): void {
  const space = (addressSpace.addressPrefixes as string[]).map(toRange);
  const ranges = (subnets as Body[]).flatMap((subnet) =>
    prefixesOf(subnet).map((text) => ({ name: subnet["name"], ...toRange(text) })),
  );
  for (const [index, range] of ranges.entries()) {
    if (
      !space.some(
        (outer) => outer.isV6 === range.isV6 && within(outer, range.first) && within(outer, range.last),
      )
    )
      throw new ArmError(
        400,
        "NetcfgSubnetRangeOutsideVnet",
        `Subnet '${range.name}' is not contained in the virtual network's address space.`,
      );
    const other = ranges
      .slice(0, index)
      .find((one) => one.isV6 === range.isV6 && one.first <= range.last && range.first <= one.last);
    if (other)
      throw new ArmError(
        400,
        "NetcfgSubnetRangesOverlap",
        `Subnet '${range.name}' is not valid because its IP address range overlaps with that of an existing subnet '${other.name}'.`,
      );
  }
}

function subnetToWire(world: World, vnet: Stored, subnet: Body): Body {
  const id = `${vnet.id}/subnets/${subnet["name"]}`;
  const ipConfigurations = [...world.claimsIn(id)].map(({ holderId }) => ({ id: holderId }));
  const endpoints = world
    .ofType("Microsoft.Network/privateEndpoints")
    .filter(({ properties }) => same(properties["subnet"]?.id, id));
  const wire = child(vnet, "subnets", subnet, {
    ...(ipConfigurations.length > 0 && { ipConfigurations }),
    ...(endpoints.length > 0 && { privateEndpoints: endpoints.map((endpoint) => ({ id: endpoint.id })) }),
  });
  wire["properties"].delegations = (subnet["properties"].delegations as Body[]).map((delegation) => ({
    name: delegation["name"],
    id: `${id}/delegations/${delegation["name"]}`,
    etag: wire["etag"],
    properties: { provisioningState: vnet.provisioningState, ...delegation["properties"], actions: [] },
    type: "Microsoft.Network/virtualNetworks/subnets/delegations",
  }));
  return wire;
}

function usage(world: World, vnet: Stored, subnet: Body): Body {
  const id = `${vnet.id}/subnets/${subnet["name"]}`;
  const size = prefixesOf(subnet)
    .map(toRange)
    .reduce((sum, { first, last }) => sum + last - first + 1n - 5n, 0n);
  const isGateway = subnet["name"] === "GatewaySubnet";
  return {
    currentValue: isGateway ? -1 : [...world.claimsIn(id)].length,
    id,
    limit: isGateway ? -1 : Number(size),
    name: { localizedValue: "Subnet size and usage", value: "SubnetSpace" },
    unit: "Count",
  };
}

function availability(world: World, vnet: Stored, address: string): Body {
  const value = toNumber(address);
  const subnet = (vnet.properties["subnets"] as Body[]).find((one) =>
    prefixesOf(one).some((text) => within(toRange(text), value)),
  );
  if (!subnet) return { available: false };
  const id = `${vnet.id}/subnets/${subnet["name"]}`;
  const range = prefixesOf(subnet)
    .map(toRange)
    .find((one) => within(one, value));
  const isFree = (at: bigint) =>
    range !== undefined &&
    within(range, at) &&
    !isReserved(range, at) &&
    !world.holder(id, toText(at, range.isV6));
  if (isFree(value)) return { available: true };
  return { available: false, availableIPAddresses: range ? firstFree(range, isFree) : [] };
}

function firstFree(range: ReturnType<typeof toRange>, isFree: (at: bigint) => boolean): string[] {
  const near: string[] = [];
  for (let at = range.first; at < range.last && near.length < 5; at += 1n)
    if (isFree(at)) near.push(toText(at, range.isV6));
  return near;
}

/** Virtual networks of subnets that the ids name. */
export function vnetsOfSubnets(ids: readonly (string | undefined)[]): string[] {
  return ids.flatMap((id) => (id ? (parseId(id)?.topId ?? []) : []));
}
