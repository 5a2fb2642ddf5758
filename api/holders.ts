/**
 * What uses addresses, each holder listed once: the resource, its Service, and the PLS that is attached to
 * it. Reads tables only.
 */
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { listClusters } from "../shared/declarations/registry.ts";
import { baseName, nameBase } from "../shared/kubernetes/frontendName.ts";
import type { Declared, ServiceKey } from "../shared/kubernetes/intent.ts";
import { listDeclared } from "../shared/declarations/declared.ts";
import type { PlsRow, SubnetRow } from "../shared/inventory/model.ts";
import { serviceName } from "../shared/inventory/owner.ts";
import { clusterOfFrontend } from "../shared/declarations/plsOwner.ts";
import { canonicalId, parseResourceId, sameId } from "../shared/azure/resourceId.ts";
import type { Run } from "../shared/ports/ports.ts";
import { keyOf } from "./key.ts";
import type { AddressMap } from "./model.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

type Holder = AddressMap["holders"][number];

export interface Holders {
  /** Index of the holder in `all`. */
  indexOfResource(id: string): number;
  indexOfService(owner: ServiceKey): number;
  all(): Holder[];
}

const KINDS: Readonly<Record<string, Holder["kind"]>> = {
  "microsoft.network/loadbalancers/frontendipconfigurations": "frontend",
  "microsoft.network/privatelinkservices": "pls",
  "microsoft.network/privateendpoints": "endpoint",
  "microsoft.network/networkinterfaces": "interface",
  "microsoft.network/applicationgateways/frontendipconfigurations": "frontend",
  "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces": "interface",
};

/** Includes the declarations of the clusters in the virtual network of the subnet. */
export async function gatherHolders(run: Run, { vnetId }: SubnetRow): Promise<Holders> {
  const { tables, subscriptions } = run.ports;
  const clusters = (await listClusters(run)).filter((one) => sameId(one.vnetId, vnetId));
  const [declared, privateLinkServices] = await waitForAll([
    waitForAll(clusters.map(({ name }) => listDeclared(run, name))),
    waitForAll(subscriptions.map((one) => Array.fromAsync(tables.privateLinkServices.list(one)))),
  ]);
  const rows = privateLinkServices.flat().map(({ value }) => value);
  return collect(describer({ clusters, declared: declared.flat(), rows }));
}

interface Surroundings {
  readonly clusters: readonly Cluster[];
  readonly declared: readonly Declared[];
  readonly rows: readonly PlsRow[];
}

function describer({ clusters, declared, rows }: Surroundings): (id: string) => Holder {
  // Found by the frontend name that the cloud controller derives from the uid of the Service.
  const services = new Map(declared.map((one) => [nameBase(baseName(one.uid)), serviceName(one)]));
  const onFrontend = new Map(
    rows.flatMap((row) => row.frontendIds.map((id) => [canonicalId(id), row] as const)),
  );
  const byId = new Map(rows.map((row) => [canonicalId(row.id), row]));
  const ownerOf = ({ owner, frontendIds }: PlsRow) => {
    const cluster = clusterOfFrontend(frontendIds[0] ?? "", clusters);
    return owner !== undefined && cluster ? `${cluster.name}/${owner}` : undefined;
  };
  const builtFor = (name: string) => services.get(nameBase(name));
  return (id) => {
    const { name, kind } = whatIs(id);
    const pls = byId.get(canonicalId(id)) ?? onFrontend.get(canonicalId(id));
    const plsId = kind === "pls" ? id : pls?.id;
    const service = (kind === "frontend" && builtFor(name)) || (pls && ownerOf(pls));
    return { id, name, kind, service, plsKey: plsId && keyOf(plsId) };
  };
}

function whatIs(id: string): Pick<Holder, "name" | "kind"> {
  const { name = id, type = "" } = parseResourceId(id) ?? {};
  return { name, kind: KINDS[type.toLowerCase()] ?? "other" };
}

function collect(describe: (id: string) => Holder): Holders {
  const indexes = new Map<string, number>();
  const all: Holder[] = [];
  const indexOf = (key: string, make: () => Holder) => {
    const index = indexes.get(key);
    if (index !== undefined) return index;
    indexes.set(key, all.length);
    return all.push(make()) - 1;
  };
  return {
    indexOfResource: (id) => indexOf(canonicalId(id), () => describe(id)),
    indexOfService: (owner) => {
      const id = serviceName(owner);
      return indexOf(id, () => ({ id, name: owner.name, kind: "frontend", service: id }));
    },
    all: () => all,
  };
}
