import { ArmError } from "../armError.ts";
import { key, parseId } from "../ids.ts";
import type { Body, ChildType, PutRequest, ResourceType, Stored, World } from "../resourceType.ts";
import { findSubnet } from "./addresses.ts";
import { reflectStatus } from "./connections.ts";
import { systemNic, withAddress } from "./networkInterfaces.ts";
import { policiesNeeded, vnetsOfSubnets } from "./virtualNetworks.ts";
import { child, envelope, received, reference } from "./wire.ts";

const MAX_NAT_ADDRESSES = 8;
const MAX_PRIVATE_LINK_SERVICES_PER_BALANCER = 8;
const MAX_SUBSCRIPTIONS = 100;

const connections: ChildType = {
  segment: "privateEndpointConnections",
  synchronousPut: true,
  list: (_world, pls) =>
    (pls.properties["privateEndpointConnections"] as Body[]).map((item) =>
      child(pls, "privateEndpointConnections", item),
    ),
  put(world, pls, name, body) {
    const item = (pls.properties["privateEndpointConnections"] as Body[]).find(
      (one) => key(one["name"]) === key(name),
    );
    if (!item)
      throw new ArmError(404, "NotFound", `Resource ${pls.id}/privateEndpointConnections/${name} not found.`);
    const state = body["properties"]?.privateLinkServiceConnectionState ?? {};
    if (!["Approved", "Rejected", "Pending"].includes(state.status))
      throw new ArmError(
        400,
        "InvalidRequestFormat",
        `Cannot parse the request: connection status ${state.status}.`,
      );
    item["properties"].privateLinkServiceConnectionState = {
      status: state.status,
      description: state.description ?? "",
      actionsRequired: state.actionsRequired ?? "None",
    };
    reflectStatus(world, item, state.status);
  },
  remove(world, pls, name) {
    const all = pls.properties["privateEndpointConnections"] as Body[];
    const item = all.find((one) => key(one["name"]) === key(name));
    if (item) reflectStatus(world, item, "Disconnected");
    pls.properties["privateEndpointConnections"] = all.filter((one) => one !== item);
  },
};

export const privateLinkServices: ResourceType = {
  type: "Microsoft.Network/privateLinkServices",
  put(world, request) {
    checkFrontends(world, request);
    checkAudience(request);
    return { properties: make(world, request) };
  },
  checkRemove(_world, { id, properties }) {
    const count = properties["privateEndpointConnections"].length;
    if (count === 0) return;
    const message = `Private link service ${id} cannot be deleted since it has ${count} private endpoint connection${count === 1 ? "" : "s"}. Please delete all private endpoint connections before deleting the private link service.`;
    throw new ArmError(400, "PrivateLinkServiceWithPrivateEndpointConnectionsCannotBeDeleted", message);
  },
  removed: (world, { properties }) =>
    properties["networkInterfaces"].forEach(({ id }: Body) => world.drop(id)),
  toWire: (world, pls) => {
    const { ipConfigurations, ...rest } = pls.properties;
    const wire = envelope(pls, rest);
    wire["properties"].ipConfigurations = (ipConfigurations as Body[]).map((item) =>
      child(pls, "ipConfigurations", visibleConfiguration(item)),
    );
    wire["properties"].privateEndpointConnections = connections.list(world, pls);
    return wire;
  },
  children: [connections],
  vnetsOf: (properties) =>
    vnetsOfSubnets((properties["ipConfigurations"] as Body[]).map((item) => item["properties"].subnet?.id)),
};

/** Only the network interface of the PLS shows the address of a dynamic configuration. */
function visibleConfiguration(item: Body): Body {
  const { privateIPAddress, ...rest } = item["properties"];
  return {
    ...item,
    properties: rest.privateIPAllocationMethod === "Static" ? { privateIPAddress, ...rest } : rest,
  };
}

function make(world: World, request: PutRequest): Body {
  const { id, name, location, body, existing } = request;
  const {
    provisioningState: _,
    resourceGuid: __,
    privateEndpointConnections: ___,
    networkInterfaces: ____,
    alias: _____,
    visibility,
    autoApproval,
    ...rest
  } = body["properties"] ?? {};
  const nicId = existing?.properties["networkInterfaces"][0].id ?? nicIdOf(request, world);
  const ipConfigurations = natConfigurations(world, request, nicId);
  world.save(
    systemNic(
      world,
      { id, name, location },
      { id: nicId, properties: { ipConfigurations, privateLinkService: { id } } },
    ),
  );
  return {
    fqdns: [],
    alias:
      existing?.properties["alias"] ??
      `${name.toLowerCase()}.${world.newGuid()}.${location}.azure.privatelinkservice`,
    ...(visibility?.subscriptions && { visibility: { subscriptions: visibility.subscriptions } }),
    ...(autoApproval?.subscriptions && { autoApproval: { subscriptions: autoApproval.subscriptions } }),
    enableProxyProtocol: false,
    ...rest,
    loadBalancerFrontendIpConfigurations: (rest.loadBalancerFrontendIpConfigurations as Body[]).map(
      reference,
    ),
    ipConfigurations,
    privateEndpointConnections: existing?.properties["privateEndpointConnections"] ?? [],
    networkInterfaces: [{ id: nicId }],
  };
}

/** The code is the sandbox's own: no source documents Azure's. */
function checkAudience({ id, body }: PutRequest): void {
  for (const list of ["visibility", "autoApproval"]) {
    const count = (body["properties"]?.[list]?.subscriptions ?? []).length;
    if (count > MAX_SUBSCRIPTIONS)
      throw new ArmError(
        400,
        "SandboxPrivateLinkServiceLimit",
        `Private link service ${id} has ${count} subscriptions in ${list}; ${MAX_SUBSCRIPTIONS} are allowed.`,
      );
  }
}

function nicIdOf({ subscription, resourceGroup, name }: PutRequest, world: World): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/networkInterfaces/${name}.nic.${world.newGuid()}`;
}

function natConfigurations(world: World, { id, body, existing }: PutRequest, nicId: string): Body[] {
  const sent = (body["properties"]?.ipConfigurations ?? []) as Body[];
  if (sent.length === 0)
    throw new ArmError(
      400,
      "InvalidRequestFormat",
      `Cannot parse the request: private link service ${id} has no IP configuration.`,
    );
  // The code is the sandbox's own: no source documents Azure's.
  if (sent.length > MAX_NAT_ADDRESSES)
    throw new ArmError(
      400,
      "SandboxPrivateLinkServiceLimit",
      `Private link service ${id} has ${sent.length} IP configurations; ${MAX_NAT_ADDRESSES} are allowed.`,
    );
  const promised = new Set<string>();
  return sent.map((configuration, index) => {
    const item = received(configuration);
    const subnetId = item["properties"].subnet?.id ?? "";
    if (findSubnet(world, subnetId, id)["properties"].privateLinkServiceNetworkPolicies !== "Disabled")
      throw policiesNeeded(subnetId);
    const before = (existing?.properties["ipConfigurations"] as Body[] | undefined)?.find(
      ({ name }) => name === item["name"],
    );
    return withAddress(world, {
      item,
      holderId: `${nicId}/ipConfigurations/${item["name"]}`,
      before,
      promised,
      primary: index === 0,
    });
  });
}

function checkFrontends(world: World, { id, body }: PutRequest): void {
  for (const { id: frontendId } of (body["properties"]?.loadBalancerFrontendIpConfigurations ??
    []) as Body[]) {
    const parsed = parseId(frontendId);
    const balancer = parsed && world.get(parsed.topId);
    const found = (balancer?.properties["frontendIPConfigurations"] as Body[] | undefined)?.some(
      ({ name }) => key(name) === key(parsed?.rest[1] ?? ""),
    );
    if (!balancer || !found)
      throw new ArmError(
        400,
        "InvalidResourceReference",
        `Resource ${frontendId} referenced by resource ${id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
      );
    checkBalancer(world, id, balancer);
  }
}

/** Codes are the sandbox's own: no source documents Azure's. */
function checkBalancer(world: World, id: string, balancer: Stored): void {
  if (balancer.sku?.["name"] !== "Standard")
    throw new ArmError(
      400,
      "SandboxPrivateLinkServiceNeedsStandard",
      `Private link service ${id} needs a load balancer of the Standard SKU.`,
    );
  const others = world
    .ofType("Microsoft.Network/privateLinkServices")
    .filter(
      (pls) =>
        key(pls.id) !== key(id) &&
        (pls.properties["loadBalancerFrontendIpConfigurations"] as Body[]).some(
          (frontend) => key(parseId(frontend["id"])?.topId ?? "") === key(balancer.id),
        ),
    );
  if (others.length >= MAX_PRIVATE_LINK_SERVICES_PER_BALANCER)
    throw new ArmError(
      400,
      "SandboxPrivateLinkServiceLimit",
      `Load balancer ${balancer.id} has ${others.length} private link services; ${MAX_PRIVATE_LINK_SERVICES_PER_BALANCER} are allowed.`,
    );
}
