import { ArmError } from "../armError.ts";
import { key, parseId, same } from "../ids.ts";
import type { Body, PutRequest, ResourceType, Stored, World } from "../resourceType.ts";
import { disconnect } from "./connections.ts";
import { systemNic, withAddress } from "./networkInterfaces.ts";
import { vnetsOfSubnets } from "./virtualNetworks.ts";
import { child, envelope, reference } from "./wire.ts";

export const privateEndpoints: ResourceType = {
  type: "Microsoft.Network/privateEndpoints",
  put: (world, request) => ({
    properties: request.existing ? updated(request.existing, request.body) : make(world, request),
  }),
  removed(world, endpoint) {
    for (const { id } of endpoint.properties["networkInterfaces"] as Body[]) world.drop(id);
    disconnect(world, endpoint);
  },
  toWire(_world, endpoint) {
    const {
      privateLinkServiceConnections: automatic,
      manualPrivateLinkServiceConnections: manual,
      ...rest
    } = endpoint.properties;
    const list = (segment: string, items: Body[]) => items.map((item) => child(endpoint, segment, item));
    return envelope(endpoint, {
      privateLinkServiceConnections: list("privateLinkServiceConnections", automatic),
      manualPrivateLinkServiceConnections: list("manualPrivateLinkServiceConnections", manual),
      ...rest,
    });
  },
  vnetsOf: (properties) => vnetsOfSubnets([properties["subnet"]?.id]),
};

/** An existing endpoint keeps its connections, whatever is sent. */
function updated(existing: Stored, body: Body): Body {
  const { customDnsConfigs } = body["properties"] ?? {};
  return { ...existing.properties, ...(customDnsConfigs && { customDnsConfigs }) };
}

function make(world: World, request: PutRequest): Body {
  const {
    subnet,
    privateLinkServiceConnections = [],
    manualPrivateLinkServiceConnections = [],
    customNetworkInterfaceName = "",
  } = request.body["properties"] ?? {};
  const automatic = (privateLinkServiceConnections as Body[]).map((item) =>
    connect(world, request, item, "automatic"),
  );
  const manual = (manualPrivateLinkServiceConnections as Body[]).map((item) =>
    connect(world, request, item, "manual"),
  );
  if (automatic.length + manual.length !== 1)
    throw new ArmError(
      400,
      "InvalidRequestFormat",
      `Cannot parse the request: private endpoint ${request.id} needs exactly one connection.`,
    );
  const nicId = `/subscriptions/${request.subscription}/resourceGroups/${request.resourceGroup}/providers/Microsoft.Network/networkInterfaces/${customNetworkInterfaceName || `${request.name}.nic.${world.newGuid()}`}`;
  const name = `privateEndpointIpConfig.${world.newGuid()}`;
  const item = { name, properties: { subnet } };
  const configuration = withAddress(world, {
    item,
    holderId: `${nicId}/ipConfigurations/${name}`,
    before: undefined,
    promised: new Set(),
    primary: true,
  });
  world.save(
    systemNic(world, request, {
      id: nicId,
      properties: { ipConfigurations: [configuration], privateEndpoint: { id: request.id } },
    }),
  );
  for (const one of [...automatic, ...manual]) addConnection(world, request, one);
  return {
    privateLinkServiceConnections: automatic.map(({ item: connection }) => connection),
    manualPrivateLinkServiceConnections: manual.map(({ item: connection }) => connection),
    customNetworkInterfaceName,
    subnet: reference(subnet),
    ipConfigurations: [],
    networkInterfaces: [{ id: nicId }],
    customDnsConfigs: [],
    isIPv6EnabledPrivateEndpoint: false,
  };
}

interface Connecting {
  item: Body;
  pls: Stored;
}

function connect(world: World, request: PutRequest, sent: Body, way: "automatic" | "manual"): Connecting {
  const { privateLinkServiceId, groupIds, requestMessage } = sent["properties"] ?? {};
  const pls = findPls(world, privateLinkServiceId ?? "");
  if (!pls)
    throw new ArmError(
      400,
      "InvalidResourceReference",
      `Resource ${privateLinkServiceId} referenced by resource ${request.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  const state = way === "automatic" ? automaticState(request, pls) : manualState(request, pls);
  const properties = {
    privateLinkServiceId,
    ...(groupIds && { groupIds }),
    ...(requestMessage && { requestMessage }),
    privateLinkServiceConnectionState: state,
  };
  return { pls, item: { name: sent["name"], properties } };
}

function findPls(world: World, idOrAlias: string): Stored | undefined {
  if (idOrAlias.startsWith("/")) return world.get(idOrAlias);
  return world
    .ofType("Microsoft.Network/privateLinkServices")
    .find(({ properties }) => key(properties["alias"]) === key(idOrAlias));
}

function automaticState(request: PutRequest, pls: Stored): Body {
  const own = same(parseId(pls.id)?.subscription, request.subscription);
  if (own || lists(pls, "autoApproval", request.subscription))
    return { status: "Approved", description: "Auto Approved", actionsRequired: "None" };
  const message = `The client '${request.caller.name}' with object id '${request.caller.objectId}' has permission to perform action 'Microsoft.Network/privateEndpoints/write' on scope '${request.id}'; however, it does not have permission to perform action 'Microsoft.Network/privateLinkServices/PrivateEndpointConnectionsApproval/action' on the linked scope(s) '${pls.id}' or the linked scope(s) are invalid.`;
  throw new ArmError(403, "LinkedAuthorizationFailed", message, { from: "gateway" });
}

function manualState(request: PutRequest, pls: Stored): Body {
  const own = same(parseId(pls.id)?.subscription, request.subscription);
  if (own || lists(pls, "visibility", request.subscription))
    return { status: "Pending", description: "Awaiting Approval", actionsRequired: "None" };
  // The code is the sandbox's own: no source documents Azure's.
  throw new ArmError(
    403,
    "SandboxPrivateLinkServiceNotVisible",
    `Private link service ${pls.properties["alias"]} is not visible to subscription ${request.subscription}.`,
  );
}

function lists(pls: Stored, list: "visibility" | "autoApproval", subscription: string): boolean {
  const subscriptions = (pls.properties[list]?.subscriptions ?? []) as string[];
  return subscriptions.some((id) => same(id, subscription) || (list === "visibility" && id === "*"));
}

function addConnection(world: World, request: PutRequest, { item, pls }: Connecting): void {
  const fresh = world.get(pls.id) ?? pls;
  const linkIdentifier = String(
    536_870_912 + (fresh.properties["privateEndpointConnections"] as Body[]).length,
  );
  const connection = {
    name: `${request.name}.${world.newGuid()}`,
    properties: {
      privateEndpoint: { id: request.id },
      privateLinkServiceConnectionState: { ...item["properties"].privateLinkServiceConnectionState },
      linkIdentifier,
      privateEndpointLocation: request.location,
    },
  };
  world.save({
    ...fresh,
    etag: world.newGuid(),
    properties: {
      ...fresh.properties,
      privateEndpointConnections: [...fresh.properties["privateEndpointConnections"], connection],
    },
  });
}
