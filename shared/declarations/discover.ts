/** Finds managed clusters of the watched subscriptions that are not registered. */
import type { ManagedCluster } from "../azure/networkModel.ts";
import { canonicalId, parseResourceId, resourceName } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { listClusters } from "./registry.ts";
import { messageOf } from "../core/messageOf.ts";

export interface Discovered {
  /** Proposed: the managed cluster's name, made valid and unique for a registration. */
  readonly name: string;
  readonly managed: ManagedCluster;
}

export interface Discovery {
  /** Sorted by subscription, resource group and name. */
  readonly found: readonly Discovered[];
  readonly registered: number;
  /** Subscriptions whose managed clusters could not be read: the list may be incomplete. */
  readonly unreadable: readonly { readonly subscription: string; readonly why: string }[];
}

export async function discoverClusters(run: Run): Promise<Discovery> {
  const { network, subscriptions } = run.ports;
  const [registered, lists] = await waitForAll([
    listClusters(run),
    Promise.allSettled(subscriptions.map((one) => network.managedClusters(one))),
  ]);
  const known = new Set(registered.map(({ resourceId }) => canonicalId(resourceId)));
  const all = lists.flatMap((list) => (list.status === "fulfilled" ? list.value : []));
  const managed = all
    .filter(({ id }) => !known.has(canonicalId(id)))
    .toSorted((a, b) => (canonicalId(a.id) < canonicalId(b.id) ? -1 : 1));
  return {
    found: named(managed, new Set(registered.map(({ name }) => name))),
    registered: all.length - managed.length,
    unreadable: lists.flatMap((list, index) =>
      list.status === "rejected"
        ? [{ subscription: subscriptions[index] ?? "", why: messageOf(list.reason) }]
        : [],
    ),
  };
}

function named(managed: readonly ManagedCluster[], taken: ReadonlySet<string>): Discovered[] {
  const used = new Set(taken);
  return managed.map((one) => {
    const name = freeName(one.id, used);
    used.add(name);
    return { name, managed: one };
  });
}

const MAX_NAME = 63;

/** The name; if it is in use, with the resource group; if that is in use too, with a number. */
function freeName(id: string, taken: ReadonlySet<string>): string {
  const own = toName(resourceName(id));
  const longer = toName(`${resourceName(id)}-${parseResourceId(id)?.resourceGroup}`);
  for (const name of [own, longer]) if (!taken.has(name)) return name;
  for (let n = 2; ; n += 1) {
    const name = `${longer.slice(0, MAX_NAME - 5)}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** AKS also allows upper case and underscores. */
function toName(text: string): string {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return plain.slice(0, MAX_NAME).replaceAll(/^-+|-+$/g, "");
}
