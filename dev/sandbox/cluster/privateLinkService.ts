/** The controller's side of Private Link Services: made and kept when a Service is reconciled, deleted with the frontend only. */
import type { ArmClient } from "./armClient.ts";
import type { Place } from "./loadBalancer.ts";
import {
  hasPlsSettings,
  isInternal,
  plsSettings,
  serviceKey,
  type PlsSettings,
  type Service,
} from "./service.ts";

type Item = Record<string, any>;

const CLUSTER_TAG = "k8s-azure-cluster-name";
const OWNER_TAG = "k8s-azure-owner-service";
/** On AKS every cluster is called so. */
const CLUSTER_NAME = "kubernetes";

export async function ensurePls(
  arm: ArmClient,
  place: Place,
  { service, frontend, takesOverNames }: { service: Service; frontend: Item; takesOverNames: boolean },
): Promise<void> {
  if (!isInternal(service)) throw new Error("a private link service needs an internal load balancer");
  const settings = plsSettings(service);
  const existing = await findPls(arm, place, {
    frontendId: frontend["id"],
    resourceGroup: settings.resourceGroup,
  });
  if (existing) checkOwnership(existing, service, settings);
  if (existing && existing.tags?.[OWNER_TAG] !== serviceKey(service)) return;
  if (existing && !isDirty(place, existing, settings)) return;
  const name = existing?.name ?? settings.name ?? `pls-${frontend["name"]}`;
  const id = existing?.id ?? plsId(place, settings.resourceGroup, name);
  if (!existing) await checkName(arm, { name, id, takesOverNames });
  await openSubnet(arm, subnetId(place, settings));
  await arm.put(id, body(place, { service, frontend, settings, name, existing }));
}

async function checkName(
  arm: ArmClient,
  { name, id, takesOverNames }: { name: string; id: string; takesOverNames: boolean },
): Promise<void> {
  if (name === "") throw new Error("the name of the private link service is blank");
  if (!takesOverNames && (await arm.get(id)))
    throw new Error(`private link service ${name} exists on another frontend`);
}

/** Connections first, then the PLS: the order that Azure takes. */
export async function removePls(
  arm: ArmClient,
  place: Place,
  { frontendId, service }: { frontendId: string; service: Service },
): Promise<void> {
  const pls = await findPls(arm, place, {
    frontendId,
    resourceGroup: plsSettings(service).resourceGroup,
  });
  if (!pls || pls.tags?.[CLUSTER_TAG] !== CLUSTER_NAME) return;
  for (const connection of pls.properties.privateEndpointConnections) await arm.remove(connection.id);
  await arm.remove(pls.id);
}

/** As the controller does: only in the resource group that the annotation names now. */
async function findPls(
  arm: ArmClient,
  { subscription, nodeResourceGroup }: Place,
  {
    frontendId,
    resourceGroup = nodeResourceGroup,
  }: { frontendId: string; resourceGroup: string | undefined },
): Promise<Item | undefined> {
  const privateLinkServices = await arm.list(
    `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/privateLinkServices`,
  );
  return privateLinkServices.find((pls) =>
    pls.properties.loadBalancerFrontendIpConfigurations.some(
      ({ id }: Item) => id.toLowerCase() === frontendId.toLowerCase(),
    ),
  );
}

function checkOwnership(pls: Item, service: Service, { name }: PlsSettings): void {
  if (pls["tags"]?.[CLUSTER_TAG] !== CLUSTER_NAME)
    throw new Error(`private link service ${pls["name"]} is not managed by this cluster`);
  if (pls["tags"]?.[OWNER_TAG] !== serviceKey(service) && hasPlsSettings(service))
    throw new Error(`private link service ${pls["name"]} belongs to ${pls["tags"]?.[OWNER_TAG]}`);
  if (name !== undefined && name.toLowerCase() !== String(pls["name"]).toLowerCase())
    throw new Error(`cannot change existing name ${pls["name"]} of the private link service`);
}

function isDirty(place: Place, pls: Item, settings: PlsSettings): boolean {
  const { properties } = pls;
  const configurations = properties.ipConfigurations as Item[];
  return (
    properties.provisioningState === "Failed" ||
    configurations.length !== settings.count ||
    configurations.some(
      (one) => one["properties"].subnet.id.toLowerCase() !== subnetId(place, settings).toLowerCase(),
    ) ||
    differs(
      configurations.flatMap((one) =>
        one["properties"].privateIPAllocationMethod === "Static" ? [one["properties"].privateIPAddress] : [],
      ),
      settings.addresses,
    ) ||
    properties.enableProxyProtocol !== settings.proxyProtocol ||
    differs(properties.fqdns ?? [], settings.fqdns) ||
    differs(properties.visibility?.subscriptions ?? [], settings.visibility) ||
    differs(properties.autoApproval?.subscriptions ?? [], settings.autoApproval)
  );
}

/** As multisets, with case, order ignored. */
function differs(a: string[], b: string[]): boolean {
  return JSON.stringify(a.toSorted()) !== JSON.stringify(b.toSorted());
}

async function openSubnet(arm: ArmClient, id: string): Promise<void> {
  const subnet = await arm.get(id);
  if (!subnet || subnet.properties.privateLinkServiceNetworkPolicies === "Disabled") return;
  await arm.put(id, {
    ...subnet,
    properties: { ...subnet.properties, privateLinkServiceNetworkPolicies: "Disabled" },
  });
}

interface Making {
  service: Service;
  frontend: Item;
  settings: PlsSettings;
  name: string;
  existing: Item | undefined;
}

function body(place: Place, { service, frontend, settings, name, existing }: Making): Item {
  const subnet = { id: subnetId(place, settings) };
  const subnetName = subnet.id.split("/").at(-1) ?? "";
  const dynamic = Array.from({ length: settings.count - settings.addresses.length }, (_, index) => ({
    name: `${subnetName}-${name}-dynamic-${index}`.slice(0, 80),
    properties: { subnet, privateIPAllocationMethod: "Dynamic", primary: false },
  }));
  const fixed = settings.addresses.map((address) => ({
    name: `${subnetName}-${name}-static-${address}`.slice(0, 80),
    properties: { subnet, privateIPAllocationMethod: "Static", privateIPAddress: address, primary: false },
  }));
  const ipConfigurations = [...fixed, ...dynamic];
  if (ipConfigurations[0]) ipConfigurations[0].properties.primary = true;
  return {
    location: place.location,
    tags: { [CLUSTER_TAG]: CLUSTER_NAME, [OWNER_TAG]: serviceKey(service), ...existing?.["tags"] },
    properties: {
      loadBalancerFrontendIpConfigurations: [{ id: frontend["id"] }],
      ipConfigurations,
      enableProxyProtocol: settings.proxyProtocol,
      fqdns: settings.fqdns,
      visibility: { subscriptions: settings.visibility },
      autoApproval: { subscriptions: settings.autoApproval },
    },
  };
}

function subnetId({ vnetId, defaultSubnet }: Place, { subnet }: PlsSettings): string {
  return `${vnetId}/subnets/${subnet ?? defaultSubnet}`;
}

function plsId(
  { subscription, nodeResourceGroup }: Place,
  resourceGroup: string | undefined,
  name: string,
): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup ?? nodeResourceGroup}/providers/Microsoft.Network/privateLinkServices/${name}`;
}
