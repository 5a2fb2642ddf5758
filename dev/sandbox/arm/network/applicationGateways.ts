/** Application gateways, as much of them as it takes to have addresses: of their instances, which ARM does not report, and of frontends. */
import { ArmError } from "../armError.ts";
import type { Body, Claim, PutRequest, ResourceType, Stored, World } from "../resourceType.ts";
import { allocate } from "./addresses.ts";
import { withAddress } from "./networkInterfaces.ts";
import { vnetsOfSubnets } from "./virtualNetworks.ts";
import { child, envelope, received, reference } from "./wire.ts";

const INSTANCES = "gatewayIPConfigurations";
const FRONTENDS = "frontendIPConfigurations";

export const applicationGateways: ResourceType = {
  type: "Microsoft.Network/applicationGateways",
  put(world, request) {
    const { provisioningState: _, resourceGuid: __, ...sent } = request.body["properties"] ?? {};
    if (!sent[INSTANCES]?.length)
      throw new ArmError(
        400,
        "ApplicationGatewaySubnetIdIsMissing",
        `Application gateway ${request.id} needs a subnet.`,
      );
    const promised = new Set<string>();
    const frontends = (sent[FRONTENDS] ?? []).map((one: Body) => frontend(world, request, { one, promised }));
    const instances = sent[INSTANCES].map((one: Body) => instance(world, request, { one, promised }));
    return { properties: { ...sent, [INSTANCES]: instances, [FRONTENDS]: frontends } };
  },
  toWire: (_world, gateway) =>
    envelope(gateway, {
      ...gateway.properties,
      [INSTANCES]: items(gateway, INSTANCES).map((item) => {
        const { privateIPAddress: __, ...properties } = item["properties"];
        return child(gateway, INSTANCES, { ...item, properties });
      }),
      [FRONTENDS]: items(gateway, FRONTENDS).map((item) => child(gateway, FRONTENDS, item)),
    }),
  claims: (gateway) => [...claimsOf(gateway, INSTANCES), ...claimsOf(gateway, FRONTENDS)],
  vnetsOf: (properties) =>
    vnetsOfSubnets((properties[INSTANCES] as Body[]).map((item) => item["properties"].subnet?.id)),
};

interface Part {
  one: Body;
  promised: Set<string>;
}

/** The instance's address is the sandbox's secret. */
function instance(world: World, request: PutRequest, { one, promised }: Part): Body {
  const { name, properties } = received(one);
  const subnetId = properties.subnet?.id ?? "";
  const before = request.existing && find(request.existing, INSTANCES, name)?.["properties"].privateIPAddress;
  const holderId = `${request.id}/${INSTANCES}/${name}`;
  const privateIPAddress = allocate(world, { subnetId, holderId, promised, before });
  return { name, properties: { subnet: reference(properties.subnet), privateIPAddress } };
}

function frontend(world: World, request: PutRequest, { one, promised }: Part): Body {
  const item = received(one);
  if (!item["properties"].subnet) return item;
  return withAddress(world, {
    item,
    holderId: `${request.id}/${FRONTENDS}/${item["name"]}`,
    before: request.existing && find(request.existing, FRONTENDS, item["name"]),
    promised,
    primary: false,
  });
}

function items(gateway: Stored, segment: string): Body[] {
  return gateway.properties[segment];
}

function find(gateway: Stored, segment: string, name: string): Body | undefined {
  return items(gateway, segment).find((item) => item["name"] === name);
}

function claimsOf(gateway: Stored, segment: string): Claim[] {
  return items(gateway, segment)
    .filter(({ properties }) => properties.subnet)
    .map(({ name, properties }) => ({
      subnetId: properties.subnet.id,
      address: properties.privateIPAddress,
      holderId: `${gateway.id}/${segment}/${name}`,
    }));
}
