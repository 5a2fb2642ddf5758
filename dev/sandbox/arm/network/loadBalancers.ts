import { ArmError } from "../armError.ts";
import { key, parseId, same } from "../ids.ts";
import type { Body, Claim, ChildType, PutRequest, ResourceType, Stored, World } from "../resourceType.ts";
import { withAddress } from "./networkInterfaces.ts";
import { checkRuleConflicts } from "./ruleConflicts.ts";
import { vnetsOfSubnets } from "./virtualNetworks.ts";
import { child, envelope, received } from "./wire.ts";

/** In the order in which the service sends them. */
const SEGMENTS = [
  "frontendIPConfigurations",
  "backendAddressPools",
  "loadBalancingRules",
  "probes",
  "inboundNatRules",
  "outboundRules",
  "inboundNatPools",
] as const;
type Segment = (typeof SEGMENTS)[number];

const COMPUTED = [
  "loadBalancingRules",
  "inboundNatRules",
  "outboundRules",
  "inboundNatPools",
  "backendIPConfigurations",
];

const frontends: ChildType = {
  segment: "frontendIPConfigurations",
  list: (_world, balancer) => listSegment(balancer, "frontendIPConfigurations"),
};

const pools: ChildType = {
  segment: "backendAddressPools",
  list: (_world, balancer) => listSegment(balancer, "backendAddressPools"),
  put(_world, balancer, name, body) {
    const others = items(balancer, "backendAddressPools").filter((pool) => key(pool["name"]) !== key(name));
    balancer.properties["backendAddressPools"] = [...others, received({ ...body, name }, COMPUTED)];
  },
  remove(_world, balancer, name) {
    balancer.properties["backendAddressPools"] = items(balancer, "backendAddressPools").filter(
      (pool) => key(pool["name"]) !== key(name),
    );
  },
};

export const loadBalancers: ResourceType = {
  type: "Microsoft.Network/loadBalancers",
  put(world, request) {
    const properties = make(world, request);
    checkChildren(request.id, properties);
    checkPrivateLinkServices(world, request, properties);
    return {
      properties,
      sku: { tier: "Regional", ...(request.existing?.sku ?? request.body["sku"] ?? { name: "Basic" }) },
    };
  },
  checkRemove(world, { id, name }) {
    const [pls] = privateLinkServicesOn(world, id);
    if (!pls) return;
    const message = `Cannot delete load balancer ${name} since it is referenced by private link service ${pls.name}. Please delete private link service prior to deleting load balancer.`;
    throw new ArmError(400, "CannotDeleteLoadBalancerWithPrivateLinkService", message);
  },
  toWire: (_world, balancer) =>
    envelope(balancer, {
      ...balancer.properties,
      ...Object.fromEntries(SEGMENTS.map((segment) => [segment, listSegment(balancer, segment)])),
    }),
  children: [frontends, pools],
  claims: (balancer) =>
    items(balancer, "frontendIPConfigurations").flatMap((frontend) => claimOf(balancer, frontend)),
  vnetsOf: (properties) =>
    vnetsOfSubnets(
      (properties["frontendIPConfigurations"] as Body[]).map((frontend) => frontend["properties"].subnet?.id),
    ),
  settlesAtOnce: true,
};

function claimOf(balancer: Stored, { name, properties }: Body): Claim[] {
  if (!properties.privateIPAddress) return [];
  return [
    {
      subnetId: properties.subnet.id,
      address: properties.privateIPAddress,
      holderId: `${balancer.id}/frontendIPConfigurations/${name}`,
    },
  ];
}

function make(world: World, request: PutRequest): Body {
  const { provisioningState: _, resourceGuid: __, ...sent } = request.body["properties"] ?? {};
  const properties: Body = { ...sent };
  for (const segment of SEGMENTS)
    properties[segment] = ((sent[segment] ?? []) as Body[]).map((item) =>
      ownReferences(request.id, received(item, COMPUTED)),
    );
  const promised = new Set<string>();
  properties["frontendIPConfigurations"] = (properties["frontendIPConfigurations"] as Body[]).map((item) =>
    makeFrontend(world, request, item, promised),
  );
  return properties;
}

function makeFrontend(world: World, { id, existing }: PutRequest, item: Body, promised: Set<string>): Body {
  if (item["properties"].publicIPAddress)
    return { ...item, properties: { privateIPAllocationMethod: "Dynamic", ...item["properties"] } };
  const before =
    existing &&
    items(existing, "frontendIPConfigurations").find(({ name }) => key(name) === key(item["name"]));
  const made = withAddress(world, {
    item,
    holderId: `${id}/frontendIPConfigurations/${item["name"]}`,
    before,
    promised,
    primary: false,
  });
  const { primary: _, ...properties } = made["properties"];
  return { ...item, properties };
}

/** Ids of this balancer's own children, as the service cases them. */
function ownReferences(balancerId: string, item: Body): Body {
  const prefix = `${key(balancerId)}/`;
  const fix = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fix);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        name === "id" && typeof inner === "string" && key(inner).startsWith(prefix)
          ? recased(balancerId, inner)
          : fix(inner),
      ]),
    );
  };
  return { ...item, properties: fix(item["properties"]) };
}

function recased(balancerId: string, id: string): string {
  const [segment = "", ...name] = id.slice(balancerId.length + 1).split("/");
  const known = SEGMENTS.find((candidate) => key(candidate) === key(segment)) ?? segment;
  return `${balancerId}/${known}/${name.join("/")}`;
}

function checkChildren(id: string, properties: Body): void {
  const hasChildren = SEGMENTS.slice(1).some((segment) => properties[segment].length > 0);
  if (properties["frontendIPConfigurations"].length === 0 && hasChildren)
    throw new ArmError(
      400,
      "LoadBalancerWithoutFrontendIPCantHaveChildResources",
      `Load balancer ${id} does not have Frontend IP Configuration, but it has other child resources. This setup is not supported.`,
    );
  for (const rule of properties["loadBalancingRules"] as Body[])
    for (const [name, segment] of [
      ["frontendIPConfiguration", "frontendIPConfigurations"],
      ["backendAddressPool", "backendAddressPools"],
      ["probe", "probes"],
    ] as const)
      checkReference(id, rule, { target: rule["properties"][name]?.id, among: properties[segment], segment });
  checkRuleConflicts(id, properties["loadBalancingRules"]);
}

function checkReference(
  id: string,
  rule: Body,
  { target, among, segment }: { target?: string; among: Body[]; segment: string },
): void {
  if (!target || among.some(({ name }) => same(target, `${id}/${segment}/${name}`))) return;
  const message = `Resource ${target} referenced by resource ${id}/loadBalancingRules/${rule["name"]} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`;
  throw new ArmError(400, "InvalidResourceReference", message);
}

/** A frontend that a PLS uses cannot be deleted. The code is the sandbox's own: no source documents Azure's. */
function checkPrivateLinkServices(world: World, { id }: PutRequest, properties: Body): void {
  for (const pls of privateLinkServicesOn(world, id))
    for (const { id: frontendId } of pls.properties["loadBalancerFrontendIpConfigurations"] as Body[])
      if (
        !(properties["frontendIPConfigurations"] as Body[]).some(({ name }) =>
          same(frontendId, `${id}/frontendIPConfigurations/${name}`),
        )
      )
        throw new ArmError(
          400,
          "SandboxFrontendInUseByPrivateLinkService",
          `Frontend ${frontendId} is used by private link service ${pls.id}.`,
        );
}

export function privateLinkServicesOn(world: World, balancerId: string): Stored[] {
  return world
    .ofType("Microsoft.Network/privateLinkServices")
    .filter(({ properties }) =>
      (properties["loadBalancerFrontendIpConfigurations"] as Body[]).some(({ id }) =>
        same(parseId(id)?.topId, balancerId),
      ),
    );
}

function items(balancer: Stored, segment: Segment): Body[] {
  return balancer.properties[segment] as Body[];
}

function listSegment(balancer: Stored, segment: Segment): Body[] {
  return items(balancer, segment).map((item) =>
    child(balancer, segment, item, backReferences(balancer, segment, item)),
  );
}

/** Rules that use a frontend, a pool or a probe, as the service lists them on it. */
function backReferences(balancer: Stored, segment: Segment, item: Body): Body {
  const field = (
    {
      frontendIPConfigurations: "frontendIPConfiguration",
      backendAddressPools: "backendAddressPool",
      probes: "probe",
    } as Partial<Record<Segment, string>>
  )[segment];
  if (!field) return {};
  const rules = items(balancer, "loadBalancingRules").filter((rule) =>
    same(rule["properties"][field]?.id, `${balancer.id}/${segment}/${item["name"]}`),
  );
  if (rules.length === 0) return {};
  return {
    loadBalancingRules: rules.map(({ name }) => ({ id: `${balancer.id}/loadBalancingRules/${name}` })),
  };
}
