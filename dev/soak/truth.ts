/**
 * The true state, as the actors recorded it: which Services exist, what they were promised, and their
 * resources in Azure.
 */
import type { Arm } from "../sandbox/arm/server.ts";
import type { Cluster } from "../sandbox/cluster/cluster.ts";
import { baseName } from "../sandbox/cluster/names.ts";
import {
  isInternal,
  plsSettings,
  serviceKey,
  subnetName,
  wantedAddress,
  wantsPls,
  type Service,
} from "../sandbox/cluster/service.ts";
import type { Fleet } from "../sandbox/world/fleet.ts";

type Item = Record<string, any>;

export interface Living {
  readonly cluster: Cluster;
  readonly service: Service;
  readonly uid: string;
  /** `cluster/namespace/name` */
  readonly name: string;
  /** When its declaration was let in, in milliseconds. */
  readonly admittedAt: number;
  /** When the controller reported that all resources exist; absent if they do not. */
  readonly builtAt: number | undefined;
}

export interface Wanted {
  /** Lower case. */
  readonly subnetId: string;
  readonly address: string;
  /** Absent if no Service may share it. */
  readonly ports?: readonly number[];
}

type Facts = Pick<Living, "admittedAt" | "builtAt">;

export class Truth {
  readonly #fleet: Fleet;
  readonly #arm: Arm;
  readonly #facts = new Map<string, Facts>();
  /** `cluster/namespace/name` of Services that an actor is changing. */
  readonly busy = new Set<string>();

  constructor(fleet: Fleet, arm: Arm) {
    this.#fleet = fleet;
    this.#arm = arm;
  }

  /** Let in at that time, and built or not. */
  admitted(uid: string, admittedAt: number, isBuilt: boolean): void {
    this.#facts.set(uid, { admittedAt, builtAt: isBuilt ? Date.now() : undefined });
  }

  built(uid: string, isBuilt: boolean): void {
    const facts = this.#facts.get(uid);
    if (facts)
      this.#facts.set(uid, { ...facts, builtAt: isBuilt ? (facts.builtAt ?? Date.now()) : undefined });
  }

  /**
   * A change or delete was requested, was not done, and the app may assume that it was: a host that dies
   * before its answer arrives has let the old address go. Until it is looked at again nothing is promised.
   */
  doubted(uid: string): void {
    const facts = this.#facts.get(uid);
    if (facts) this.#facts.set(uid, { ...facts, admittedAt: 0 });
  }

  /** The app has scanned since then: from now on it has all resources. */
  seen(): void {
    for (const [uid, { admittedAt, builtAt }] of this.#facts)
      if (builtAt !== undefined) this.#facts.set(uid, { admittedAt, builtAt: admittedAt });
  }

  /** Services of clusters that live, without those that are being changed or deleted. */
  living(): Living[] {
    return this.present().filter(({ service }) => service.metadata.deletionTimestamp === undefined);
  }

  /** The same, with those whose controller has not yet finished deleting them: what they have is theirs until it has. */
  present(): Living[] {
    return [...this.#fleet.clusters.values()].flatMap((cluster) =>
      [...cluster.services.values()].flatMap((service): Living[] => {
        const uid = service.metadata.uid ?? "";
        const name = `${cluster.options.name}/${serviceKey(service)}`;
        const facts = this.#facts.get(uid);
        if (!facts || this.busy.has(name)) return [];
        return [{ cluster, service, uid, name, ...facts }];
      }),
    );
  }

  /** Internal load balancers that stand, as ARM keeps them. */
  balancers(): Item[] {
    return this.#arm.world
      .ofType("Microsoft.Network/loadBalancers")
      .filter(({ name }) => name === "kubernetes-internal");
  }

  privateLinkServices(): Item[] {
    return this.#arm.world.ofType("Microsoft.Network/privateLinkServices");
  }

  /** The load balancer of the cluster's internal Services, if there is one. */
  balancerOf({ options }: Cluster): Item | undefined {
    return this.balancers().find(({ id }) => groupOf(id) === options.nodeResourceGroup.toLowerCase());
  }

  /** True if a frontend, or a rule on a shared one, stands for the Service. */
  hasFrontend({ cluster, uid }: Living): boolean {
    const balancer = this.balancerOf(cluster);
    return balancer !== undefined && hasPartOf(balancer, uid);
  }

  /** The same for a Service that may be deleted. */
  isBuilt(uid: string): boolean {
    return this.balancers().some((balancer) => hasPartOf(balancer, uid));
  }

  plsOf({ cluster, service }: Living): Item | undefined {
    const group = plsSettings(service).resourceGroup ?? cluster.options.nodeResourceGroup;
    return this.privateLinkServices().find(
      ({ id, tags }) =>
        groupOf(id) === group.toLowerCase() && tags?.["k8s-azure-owner-service"] === serviceKey(service),
    );
  }
}

function hasPartOf({ properties }: Item, uid: string): boolean {
  const parts = [...(properties.frontendIPConfigurations ?? []), ...(properties.loadBalancingRules ?? [])];
  return parts.some(({ name }: Item) => String(name).startsWith(baseName(uid)));
}

/** Resource group of an id, lower case. */
export function groupOf(id: string): string {
  return id.toLowerCase().split("/")[4] ?? "";
}

/** The static addresses that a Service requests. */
export function wantedBy({ cluster, service }: Living): Wanted[] {
  if (!isInternal(service)) return [];
  const { vnetId, defaultSubnet } = cluster.options;
  const subnet = (name: string | undefined) => `${vnetId}/subnets/${name ?? defaultSubnet}`.toLowerCase();
  const address = wantedAddress(service);
  const ports = service.spec.ports.map(({ port }) => port);
  const own = address === undefined ? [] : [{ subnetId: subnet(subnetName(service)), address, ports }];
  if (!wantsPls(service)) return own;
  const settings = plsSettings(service);
  return [...own, ...settings.addresses.map((one) => ({ subnetId: subnet(settings.subnet), address: one }))];
}
