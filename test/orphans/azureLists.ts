/**
 * Lists of Azure that are not the truth: cut short, filtered because a permission was lost, or behind what single reads return. A lost
 * permission also refuses the single reads; a list that is cut short or lags does not.
 */
import { Refused } from "../../shared/core/errors.ts";
import type { MemoryRun } from "../memory/run.ts";

export const LISTED = ["loadBalancers", "privateLinkServices", "managedClusters"] as const;
export type Listed = (typeof LISTED)[number];

interface Fault {
  readonly method: Listed;
  /** What the list returns instead of all of it. */
  readonly seen: (all: readonly unknown[]) => readonly unknown[];
  /** Calls of the list that it lasts for. */
  calls: number;
}

interface Filter {
  readonly name: string;
  /** Looks at Azure that it lasts for; each begins with the list of load balancers. */
  looks: number;
}

export class AzureLists {
  readonly #run: MemoryRun;
  #fault: Fault | undefined;
  #filter: Filter | undefined;

  constructor(run: MemoryRun) {
    this.#run = run;
    for (const method of LISTED) this.#wrapList(method);
    this.#wrapReads();
  }

  /** The list lacks its last item. */
  truncate(method: Listed, calls: number): void {
    this.#fault = { method, seen: (all) => all.slice(0, -1), calls };
  }

  /** The list is as it is now, whatever changes. */
  lag(method: Listed, calls: number): void {
    const { balancers, allPrivateLinkServices, clusters } = this.#run.network;
    const now = {
      loadBalancers: balancers,
      privateLinkServices: allPrivateLinkServices,
      managedClusters: clusters,
    }[method];
    this.#fault = { method, seen: () => now, calls };
  }

  /** The permission to read what is of a cluster is lost: its node resource group, and the cluster itself. */
  filter(name: string, looks: number): void {
    this.#filter = { name, looks };
  }

  heal(): void {
    this.#fault = undefined;
    this.#filter = undefined;
  }

  #wrapList(method: Listed): void {
    const { network } = this.#run;
    const whole = network[method].bind(network) as (subscription: string) => Promise<readonly unknown[]>;
    Object.assign(network, {
      [method]: async (subscription: string) => this.#seen(method, await whole(subscription)),
    });
  }

  #seen(method: Listed, all: readonly unknown[]): readonly unknown[] {
    const fault = this.#fault;
    if (this.#filter && method === "loadBalancers") this.#filter.looks -= 1;
    const isFaulty = fault?.method === method && fault.calls > 0;
    if (isFaulty) fault.calls -= 1;
    const seen = isFaulty ? fault.seen(all) : all;
    return seen.filter((one) => !this.#isHidden((one as { id: string }).id));
  }

  #isHidden(id: string): boolean {
    const { name, looks } = this.#filter ?? { name: "", looks: -1 };
    return looks >= 0 && (id.includes(`/MC_${name}/`) || id.endsWith(`/managedClusters/${name}`));
  }

  #wrapReads(): void {
    const { network, resources } = this.#run;
    const [cluster, group] = [network.managedCluster.bind(network), network.resourceGroup.bind(network)];
    const read = resources.read.bind(resources);
    network.managedCluster = async (id) => cluster(this.#demand(id));
    network.resourceGroup = async (subscription, name) => {
      this.#demand(`/subscriptions/${subscription}/resourceGroups/${name}/`);
      return group(subscription, name);
    };
    resources.read = async (id) => read(this.#demand(id));
  }

  #demand(id: string): string {
    if (!this.#isHidden(id)) return id;
    throw new Refused(`403: ${id} may not be read`);
  }
}
