/**
 * Uniform virtual machine scale sets, as much of them as AKS nodes need: instances with network interfaces. These interfaces are no
 * resources of Microsoft.Network: its lists do not contain them. They are read below the scale set, and a subnet counts them among its
 * `ipConfigurations`.
 * @see https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-networking
 */
import { ArmError } from "../armError.ts";
import { allocateFree, findSubnet } from "../network/addresses.ts";
import { child, reference } from "../network/wire.ts";
import type { Body, ChildType, Claim, PutRequest, ResourceType, Stored, World } from "../resourceType.ts";

export const SCALE_SET_TYPE = "Microsoft.Compute/virtualMachineScaleSets";

/** One virtual machine: the addresses of its interface, in the order of the IP configurations of the model. */
interface Instance {
  id: number;
  addresses: string[];
}

interface Configuration {
  name: string;
  subnetId: string;
}

const networkInterfaces: ChildType = {
  segment: "networkInterfaces",
  list: (_world, stored) => instancesOf(stored).map((instance) => interfaceToWire(stored, instance)),
};

export const scaleSets: ResourceType = {
  type: SCALE_SET_TYPE,
  put(world, request) {
    const { provisioningState: _, ...sent } = request.body["properties"] ?? {};
    const properties = { ...request.existing?.properties, ...sent };
    const sku = { ...request.existing?.sku, ...request.body["sku"] };
    const instances = instancesFor(world, request, { properties, capacity: sku["capacity"] ?? 1 });
    return { sku, properties: { orchestrationMode: "Uniform", ...properties, instances } };
  },
  toWire: (_world, { id, name, type, location, tags, sku, provisioningState, properties }) => {
    const { instances: _, ...rest } = properties;
    return {
      name,
      id,
      type,
      location,
      ...(Object.keys(tags).length > 0 && { tags }),
      ...(sku && { sku }),
      properties: { provisioningState, ...rest },
    };
  },
  children: [networkInterfaces],
  claims: (stored) => instancesOf(stored).flatMap((instance) => claimsOf(stored, instance)),
};

interface Model {
  properties: Body;
  capacity: number;
}

/** Instances that exist keep their addresses; those beyond the capacity are deleted. */
function instancesFor(world: World, request: PutRequest, { properties, capacity }: Model): Instance[] {
  const configurations = configurationsOf(properties);
  if (configurations.length === 0)
    throw new ArmError(400, "InvalidParameter", "Required parameter 'networkProfile' is missing (null).");
  for (const { subnetId } of configurations) findSubnet(world, subnetId, request.id);
  const before: Instance[] = request.existing?.properties["instances"] ?? [];
  const kept = before.slice(0, capacity);
  const added = Array.from({ length: capacity - kept.length }, () => configurations);
  const addresses = allocateFree(
    world,
    added.flat().map(({ subnetId }) => subnetId),
  );
  const next = (kept.at(-1)?.id ?? -1) + 1;
  const size = configurations.length;
  return [
    ...kept,
    ...added.map((_, n) => ({ id: next + n, addresses: addresses.slice(n * size, (n + 1) * size) })),
  ];
}

function configurationsOf(properties: Body): Configuration[] {
  const [nic] = nicsOf(properties);
  const all: Body[] = nic?.["properties"]?.ipConfigurations ?? [];
  return all.map(({ name, properties: { subnet } }) => ({ name, subnetId: subnet?.id ?? "" }));
}

function nicsOf(properties: Body): Body[] {
  return properties["virtualMachineProfile"]?.networkProfile?.networkInterfaceConfigurations ?? [];
}

function instancesOf({ properties }: Stored): Instance[] {
  return properties["instances"];
}

function interfaceId({ id, properties }: Stored, instance: Instance): string {
  return `${id}/virtualMachines/${instance.id}/networkInterfaces/${nicsOf(properties)[0]?.["name"]}`;
}

function claimsOf(stored: Stored, instance: Instance): Claim[] {
  const nicId = interfaceId(stored, instance);
  return configurationsOf(stored.properties).map(({ name, subnetId }, index) => ({
    subnetId,
    address: instance.addresses[index] ?? "",
    holderId: `${nicId}/ipConfigurations/${name}`,
  }));
}

function interfaceToWire(stored: Stored, instance: Instance): Body {
  const id = interfaceId(stored, instance);
  const nic = { ...stored, id, type: `${SCALE_SET_TYPE}/virtualMachines/networkInterfaces` };
  const ipConfigurations = configurationsOf(stored.properties).map(({ name, subnetId }, index) =>
    child(nic, "ipConfigurations", {
      name,
      properties: {
        privateIPAddress: instance.addresses[index],
        privateIPAllocationMethod: "Dynamic",
        subnet: reference({ id: subnetId }),
        primary: index === 0,
        privateIPAddressVersion: "IPv4",
      },
    }),
  );
  return {
    name: id.split("/").at(-1),
    id,
    etag: `W/"${stored.etag}"`,
    properties: {
      provisioningState: stored.provisioningState,
      resourceGuid: stored.resourceGuid,
      ipConfigurations,
      enableIPForwarding: true,
      primary: true,
      virtualMachine: { id: `${stored.id}/virtualMachines/${instance.id}` },
    },
  };
}
