/** Names that the search finds, from tables only. */
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

export interface SearchEntry {
  readonly hit: SearchHit;
  /** Searchable text, in lower case. */
  readonly text: string;
}

export async function gatherEntries(run: Run): Promise<SearchEntry[]> {
  const { tables, subscriptions } = run.ports;
  const [subnets, clusters, privateLinkServices, quarantine] = await waitForAll([
    listSubnets(run),
    listClusters(run),
    waitForAll(subscriptions.map((one) => Array.fromAsync(tables.privateLinkServices.list(one)))),
    listQuarantine(run),
  ]);
  const declared = (await waitForAll(clusters.map(({ name }) => listDeclared(run, name)))).flat();
  const existing = declared.filter(({ deletedAtUtc }) => deletedAtUtc === undefined);
  const rows = privateLinkServices.flat().map(({ value }) => value);
  const around = {
    clusters: new Map(clusters.map((one) => [one.name, one])),
    privateLinkServicesByOwner: Map.groupBy(rows, ({ frontendIds: [frontendId = ""], owner }) =>
      ownerKey(clusterOfFrontend(frontendId, clusters)?.name, owner),
    ),
    subnetsByVnet: Map.groupBy(subnets, ({ vnetId }) => canonicalId(vnetId)),
  };
  return [
    ...existing.map((one) => serviceEntry(one, around)),
    ...subnets.map(subnetEntry),
    ...rows.map(plsEntry),
    ...clusters.map(clusterEntry),
    ...quarantine.map(orphanEntry),
  ];
}

/**
 * Grouped by the resource that a Service declares: there are tens of thousands of Services, and thousands
 * of each resource.
 */
interface Surroundings {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly privateLinkServicesByOwner: ReadonlyMap<string, readonly PlsRow[]>;
  readonly subnetsByVnet: ReadonlyMap<string, readonly SubnetRow[]>;
}

function ownerKey(cluster: string | undefined, owner: string | undefined): string {
  return `${cluster} ${owner}`;
}

function serviceEntry(declared: Declared, around: Surroundings): SearchEntry {
  const title = serviceName(declared);
  const detail = Object.values(declared.intent.addresses).join(", ") || "no address declared";
  return toEntry(declared.uid, { kind: "service", title, detail, href: serviceHref(declared, around) });
}

/** Links to the PLS of a Service if it has one, else to its address, else to its findings. */
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

function subnetEntry({ id, name, vnetId, prefixes }: SubnetRow): SearchEntry {
  const title = `${resourceName(vnetId)}/${name}`;
  return toEntry(id, { kind: "subnet", title, detail: prefixes.join(", "), href: `#/subnets/${keyOf(id)}` });
}

function plsEntry({ id, name, owner = "no Service" }: PlsRow): SearchEntry {
  return toEntry(id, { kind: "pls", title: name, detail: owner, href: `#/pls/${keyOf(id)}` });
}

function clusterEntry({ name, resourceId }: Cluster): SearchEntry {
  const href = `#/findings?cluster=${encodeURIComponent(name)}`;
  return toEntry(resourceId, { kind: "resource", title: name, detail: "cluster", href });
}

function orphanEntry({ resourceId, kind, reason }: Quarantined): SearchEntry {
  const detail = `orphan (${kind}): ${reason}`;
  return toEntry(resourceId, {
    kind: "resource",
    title: resourceName(resourceId),
    detail,
    href: `#/orphans/${keyOf(resourceId)}`,
  });
}

function toEntry(id: string, hit: SearchHit): SearchEntry {
  return { hit, text: `${id}\n${hit.title}\n${hit.detail}`.toLowerCase() };
}
