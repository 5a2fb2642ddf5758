/** What the search knows by name, from tables only. */
import { contains, parseAddress, parsePrefixes } from "../shared/azure/prefix.ts";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { listClusters } from "../shared/declarations/registry.ts";
import type { Declared } from "../shared/kubernetes/intent.ts";
import { listDeclared } from "../shared/declarations/declared.ts";
import type { PlsRow, SubnetRow } from "../shared/inventory/model.ts";
import { serviceName } from "../shared/inventory/owner.ts";
import { listSubnets } from "../shared/inventory/subnets.ts";
import { clusterOfFrontend } from "../shared/declarations/plsOwner.ts";
import { canonicalId, resourceName } from "../shared/azure/resourceId.ts";
import type { Quarantined } from "../shared/orphans/model.ts";
import { listQuarantine } from "../shared/orphans/quarantine.ts";
import type { Run } from "../shared/ports/ports.ts";
import { keyOf } from "./key.ts";
import type { SearchHit } from "./model.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

export interface Known {
  readonly hit: SearchHit;
  /** What may be typed to find it, lower case. */
  readonly text: string;
}

export async function gatherKnown(run: Run): Promise<Known[]> {
  const { tables, subscriptions } = run.ports;
  const [subnets, clusters, privateLinkServices, quarantine] = await waitForAll([
    listSubnets(run),
    listClusters(run),
    waitForAll(subscriptions.map((one) => Array.fromAsync(tables.privateLinkServices.list(one)))),
    listQuarantine(run),
  ]);
  const declared = (await waitForAll(clusters.map(({ name }) => listDeclared(run, name)))).flat();
  const living = declared.filter(({ deletedAtUtc }) => deletedAtUtc === undefined);
  const rows = privateLinkServices.flat().map(({ value }) => value);
  const around = {
    clusters: new Map(clusters.map((one) => [one.name, one])),
    privateLinkServicesByOwner: Map.groupBy(rows, ({ frontendIds: [frontendId = ""], owner }) =>
      ownerKey(clusterOfFrontend(frontendId, clusters)?.name, owner),
    ),
    subnetsByVnet: Map.groupBy(subnets, ({ vnetId }) => canonicalId(vnetId)),
  };
  return [
    ...living.map((one) => knownService(one, around)),
    ...subnets.map(knownSubnet),
    ...rows.map(knownPls),
    ...clusters.map(knownCluster),
    ...quarantine.map(knownOrphan),
  ];
}

/** By what a Service says of them: there are tens of thousands of Services, and thousands of each of these. */
interface Surroundings {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly privateLinkServicesByOwner: ReadonlyMap<string, readonly PlsRow[]>;
  readonly subnetsByVnet: ReadonlyMap<string, readonly SubnetRow[]>;
}

function ownerKey(cluster: string | undefined, owner: string | undefined): string {
  return `${cluster} ${owner}`;
}

function knownService(declared: Declared, around: Surroundings): Known {
  const title = serviceName(declared);
  const detail = Object.values(declared.intent.addresses).join(", ") || "no address declared";
  return known(declared.uid, { kind: "service", title, detail, href: serviceHref(declared, around) });
}

/** A Service is shown by its PLS if it has one, else by its address, else by what is found about it. */
function serviceHref(
  declared: Declared,
  { clusters, privateLinkServicesByOwner, subnetsByVnet }: Surroundings,
): string {
  const cluster = clusters.get(declared.cluster);
  const owner = `${declared.namespace}/${declared.name}`;
  const [pls] = privateLinkServicesByOwner.get(ownerKey(cluster?.name, owner)) ?? [];
  if (pls) return `#/pls/${keyOf(pls.id)}`;
  const text = declared.intent.addresses.ipv4 ?? declared.intent.addresses.ipv6 ?? "";
  const address = parseAddress(text);
  const subnet =
    address &&
    subnetsByVnet
      .get(canonicalId(cluster?.vnetId ?? ""))
      ?.find(({ prefixes }) => parsePrefixes(prefixes).some((prefix) => contains(prefix, address)));
  if (subnet) return `#/subnets/${keyOf(subnet.id)}?address=${encodeURIComponent(text)}`;
  return `#/findings?q=${encodeURIComponent(serviceName(declared))}`;
}

function knownSubnet({ id, name, vnetId, prefixes }: SubnetRow): Known {
  const title = `${resourceName(vnetId)}/${name}`;
  return known(id, { kind: "subnet", title, detail: prefixes.join(", "), href: `#/subnets/${keyOf(id)}` });
}

function knownPls({ id, name, owner = "of no Service" }: PlsRow): Known {
  return known(id, { kind: "pls", title: name, detail: owner, href: `#/pls/${keyOf(id)}` });
}

function knownCluster({ name, resourceId }: Cluster): Known {
  const href = `#/findings?cluster=${encodeURIComponent(name)}`;
  return known(resourceId, { kind: "resource", title: name, detail: "cluster", href });
}

function knownOrphan({ resourceId, kind, reason }: Quarantined): Known {
  const detail = `orphan (${kind}): ${reason}`;
  return known(resourceId, {
    kind: "resource",
    title: resourceName(resourceId),
    detail,
    href: `#/orphans/${keyOf(resourceId)}`,
  });
}

function known(id: string, hit: SearchHit): Known {
  return { hit, text: `${id}\n${hit.title}\n${hit.detail}`.toLowerCase() };
}
