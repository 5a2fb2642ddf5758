/** What the controller makes of a Service on a load balancer: frontends, rules, probes; and takes away again. */
import type { ArmClient } from "./armClient.ts";
import { baseName, frontendName, ruleName } from "./names.ts";
import { isInternal, wantedAddress, type Service } from "./service.ts";

export interface Place {
  subscription: string;
  nodeResourceGroup: string;
  vnetId: string;
  defaultSubnet: string;
  location: string;
}

type Item = Record<string, any>;

/** The only one that Azure has for interfaces of scale sets. */
const SCALE_SET_NICS_VERSION = "2018-10-01";

export function balancerId({ subscription, nodeResourceGroup }: Place, internal: boolean): string {
  return `/subscriptions/${subscription}/resourceGroups/${nodeResourceGroup}/providers/Microsoft.Network/loadBalancers/kubernetes${internal ? "-internal" : ""}`;
}

/** Brings the load balancer in line with the Service and gives the frontend that serves it. */
export async function ensureFrontend(arm: ArmClient, place: Place, service: Service): Promise<Item> {
  const internal = isInternal(service);
  const id = balancerId(place, internal);
  const balancer = (await arm.get(id)) ?? emptyBalancer(place, await backendsIn(arm, place));
  const before = JSON.stringify(balancer);
  const frontend = await chooseFrontend(arm, place, { balancer, service });
  dropStale(balancer, service, frontend);
  putRules(id, balancer, { service, frontend });
  if (JSON.stringify(balancer) !== before) await arm.put(id, balancer);
  const written = await arm.get(id);
  return written.properties.frontendIPConfigurations.find((item: Item) => item["name"] === frontend["name"]);
}

/** Removes what the Service has on the load balancer; returns the id of a frontend that no Service uses any more. */
export async function findUnused(
  arm: ArmClient,
  place: Place,
  { service, internal }: { service: Service; internal: boolean },
): Promise<string | undefined> {
  const balancer = await arm.get(balancerId(place, internal));
  const frontend = (balancer?.properties.frontendIPConfigurations as Item[] | undefined)?.find((item) =>
    owns(service, item["name"]),
  );
  if (!frontend) return undefined;
  const others = (balancer.properties.loadBalancingRules as Item[]).filter(
    (rule) =>
      rule["properties"].frontendIPConfiguration.id === frontend["id"] && !owns(service, rule["name"]),
  );
  return others.length === 0 ? frontend["id"] : undefined;
}

/** Takes the Service's rules away, and its frontend if no Service uses it; the last frontend takes the load balancer along. */
export async function removeFrontend(
  arm: ArmClient,
  place: Place,
  { service, internal, unused }: { service: Service; internal: boolean; unused: string | undefined },
): Promise<void> {
  const id = balancerId(place, internal);
  const balancer = await arm.get(id);
  if (!balancer) return;
  const { properties } = balancer;
  properties.loadBalancingRules = properties.loadBalancingRules.filter(
    (rule: Item) => !owns(service, rule["name"]),
  );
  properties.probes = properties.probes.filter((probe: Item) => !owns(service, probe["name"]));
  properties.frontendIPConfigurations = properties.frontendIPConfigurations.filter(
    (item: Item) => item["id"] !== unused,
  );
  if (properties.frontendIPConfigurations.length === 0) await arm.remove(id);
  else await arm.put(id, balancer);
}

function owns(service: Service, name: string): boolean {
  return name.startsWith(baseName(service.metadata.uid ?? ""));
}

/** The nodes, as a pool of addresses has them. */
async function backendsIn(
  arm: ArmClient,
  { subscription, nodeResourceGroup, vnetId }: Place,
): Promise<Item[]> {
  const scaleSets = await arm.list(
    `/subscriptions/${subscription}/resourceGroups/${nodeResourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`,
  );
  const nodes = await Promise.all(
    scaleSets.map(({ id }) => arm.list(`${id}/networkInterfaces?api-version=${SCALE_SET_NICS_VERSION}`)),
  );
  return nodes.flat().map(({ properties: { virtualMachine, ipConfigurations } }) => ({
    name: nodeName(virtualMachine.id),
    properties: {
      virtualNetwork: { id: vnetId },
      ipAddress: ipConfigurations.find((one: Item) => one["properties"].primary).properties.privateIPAddress,
    },
  }));
}

/** Instance 0 of scale set aks-pool-vmss is the node aks-pool-vmss000000. */
function nodeName(virtualMachineId: string): string {
  const [name = "", , instance = ""] = virtualMachineId.split("/").slice(-3);
  return `${name}${Number(instance).toString(36).padStart(6, "0")}`;
}

function emptyBalancer({ location }: Place, loadBalancerBackendAddresses: Item[]): Item {
  return {
    location,
    sku: { name: "Standard" },
    properties: {
      frontendIPConfigurations: [],
      backendAddressPools: [{ name: "kubernetes", properties: { loadBalancerBackendAddresses } }],
      loadBalancingRules: [],
      probes: [],
      inboundNatRules: [],
      outboundRules: [],
      inboundNatPools: [],
    },
  };
}

interface Choice {
  balancer: Item;
  service: Service;
}

/** The Service's own frontend, one that has the requested address, or a new one. */
async function chooseFrontend(arm: ArmClient, place: Place, { balancer, service }: Choice): Promise<Item> {
  const all = balancer["properties"].frontendIPConfigurations as Item[];
  const wanted = wantedAddress(service);
  const own = all.find((item) => owns(service, item["name"]));
  if (
    own &&
    own["name"] === frontendName(service) &&
    (!wanted || own["properties"].privateIPAddress === wanted || !isInternal(service))
  )
    return own;
  const shared =
    wanted && isInternal(service)
      ? all.find((item) => item["properties"].privateIPAddress === wanted && item !== own)
      : undefined;
  const made = shared ?? {
    name: frontendName(service),
    properties: await frontendProperties(arm, place, service),
  };
  // A frontend's subnet and address cannot change: the old one goes, and its address with it.
  balancer["properties"].frontendIPConfigurations = [
    ...all.filter((item) => item !== own && item !== shared),
    made,
  ];
  return made;
}

async function frontendProperties(arm: ArmClient, place: Place, service: Service): Promise<Item> {
  if (!isInternal(service)) return { publicIPAddress: { id: await publicAddress(arm, place, service) } };
  const subnet = {
    id: `${place.vnetId}/subnets/${service.metadata.annotations?.["service.beta.kubernetes.io/azure-load-balancer-internal-subnet"]?.trim() ? service.metadata.annotations["service.beta.kubernetes.io/azure-load-balancer-internal-subnet"] : place.defaultSubnet}`,
  };
  const wanted = wantedAddress(service);
  return {
    subnet,
    privateIPAllocationMethod: wanted ? "Static" : "Dynamic",
    ...(wanted && { privateIPAddress: wanted }),
    privateIPAddressVersion: "IPv4",
  };
}

async function publicAddress(
  arm: ArmClient,
  { subscription, nodeResourceGroup, location }: Place,
  service: Service,
): Promise<string> {
  const id = `/subscriptions/${subscription}/resourceGroups/${nodeResourceGroup}/providers/Microsoft.Network/publicIPAddresses/kubernetes-${baseName(service.metadata.uid ?? "")}`;
  await arm.put(id, {
    location,
    sku: { name: "Standard" },
    tags: { "k8s-azure-service": `${service.metadata.namespace}/${service.metadata.name}` },
    properties: {},
  });
  return id;
}

/** Rules and probes of ports that the Service no longer has, or of a frontend that it no longer uses. */
function dropStale(balancer: Item, service: Service, frontend: Item): void {
  const { properties } = balancer;
  const wanted = new Set(
    service.spec.ports.map(({ protocol = "TCP", port }) => ruleName(service, protocol, port)),
  );
  const isStale = ({ name }: Item) => owns(service, name) && !wanted.has(name);
  properties.loadBalancingRules = properties.loadBalancingRules.filter(
    (rule: Item) =>
      !isStale(rule) &&
      !(
        owns(service, rule["name"]) &&
        !endsWith(rule["properties"].frontendIPConfiguration.id, frontend["name"])
      ),
  );
  properties.probes = properties.probes.filter((probe: Item) => !isStale(probe));
}

function endsWith(id: string, name: string): boolean {
  return id.toLowerCase().endsWith(`/${name.toLowerCase()}`);
}

function putRules(
  id: string,
  balancer: Item,
  { service, frontend }: { service: Service; frontend: Item },
): void {
  const { properties } = balancer;
  for (const { protocol = "TCP", port, nodePort = 30_000 + (port % 2000) } of service.spec.ports) {
    const name = ruleName(service, protocol, port);
    if (!properties.probes.some((probe: Item) => probe["name"] === name))
      properties.probes.push({
        name,
        properties: { protocol: "Tcp", port: nodePort, intervalInSeconds: 5, numberOfProbes: 2 },
      });
    if (properties.loadBalancingRules.some((rule: Item) => rule["name"] === name)) continue;
    properties.loadBalancingRules.push({
      name,
      properties: {
        frontendIPConfiguration: { id: `${id}/frontendIPConfigurations/${frontend["name"]}` },
        backendAddressPool: { id: `${id}/backendAddressPools/kubernetes` },
        probe: { id: `${id}/probes/${name}` },
        protocol: protocol === "UDP" ? "Udp" : "Tcp",
        frontendPort: port,
        backendPort: port,
        enableFloatingIP: true,
        idleTimeoutInMinutes: 4,
      },
    });
  }
}
