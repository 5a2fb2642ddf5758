/**
 * Reads everything that a scan compares with the inventory. A failed list delays only what depends on it:
 * everything else is returned, with the failures and the incomplete sources.
 */
import { scaleSetOf } from "../azure/configurations.ts";
import type { AddressUse, PrivateLinkService } from "../azure/networkModel.ts";
import { canonicalId, keepLast, parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";
import { AddressUses } from "./addressUses.ts";
import { listPrivateLinkServices } from "./scanPrivateLinkServices.ts";
import { readNetworks, type Attempt, type Networks } from "./readNetworks.ts";

const AT_ONCE = 4;

export interface FailedRead {
  /** Subscription of the list, the network or the scale set. */
  readonly subscription: string;
  readonly error: unknown;
}

/** Used addresses by key, by canonical subnet id. */
export type Uses = ReadonlyMap<string, ReadonlyMap<string, AddressUse>>;

export interface Reading {
  readonly networks: Networks;
  readonly uses: Uses;
  /** By subscription; without those whose list failed. */
  readonly privateLinkServices: ReadonlyMap<string, readonly PrivateLinkService[]>;
  /** Sources with a failed list (`sourceOf`): absence from them proves nothing. */
  readonly incomplete: ReadonlySet<string>;
  readonly failures: readonly FailedRead[];
}

export async function readAzure(run: Run): Promise<Reading> {
  const notes = new Notes();
  const { subscriptions, network } = run.ports;
  const privateLinkServices = new Map<string, readonly PrivateLinkService[]>();
  const [networks] = await waitForAll([
    readNetworks(run, notes.attempt),
    mapAtMost(AT_ONCE, subscriptions, (one) =>
      waitForAll([
        notes.attempt(interfacesOf(one), () => notes.collect(network.interfaceUses(one))),
        notes.attempt(frontendsOf(one), () => notes.collect(network.frontendUses(one))),
        notes.attempt(gatewaysOf(one), () => notes.collect(network.gatewayUses(one))),
        notes.attempt(`Private Link Services ${one}`, async () =>
          privateLinkServices.set(one, await listPrivateLinkServices(run, one)),
        ),
      ]),
    ),
  ]);
  await mapAtMost(AT_ONCE, scaleSetsIn(run, networks), (id) =>
    notes.attempt(id, () => notes.collect(network.scaleSetUses(id))),
  );
  const { uses, incomplete, failures } = notes;
  return { networks, uses, privateLinkServices, incomplete, failures };
}

/** What was read, and which sources failed. */
class Notes {
  readonly uses = new Map<string, AddressUses>();
  readonly incomplete = new Set<string>();
  readonly failures: FailedRead[] = [];

  readonly attempt: Attempt = async (source, read) => {
    try {
      await read();
    } catch (error) {
      this.incomplete.add(source);
      this.failures.push({ subscription: subscriptionOf(source), error });
    }
  };

  /** Keeps results before a failure: one observation is enough to protect an address. */
  async collect(found: AsyncIterable<AddressUse>): Promise<void> {
    const usesOf = keepLast((subnetId) => this.#usesOf(subnetId));
    for await (const use of found) usesOf(use.subnetId).add(use);
  }

  #usesOf(subnetId: string): AddressUses {
    const key = canonicalId(subnetId);
    const known = this.uses.get(key);
    if (known) return known;
    const made = new AddressUses(subnetId);
    this.uses.set(key, made);
    return made;
  }
}

/** Scale sets of watched subscriptions with addresses in the subnets; others need not be readable. */
function scaleSetsIn({ ports }: Run, { byVnet }: Networks): string[] {
  const owners = [...byVnet.values()].flat().flatMap(({ configurations }) => [...configurations.keys()]);
  const ids = new Set(owners.flatMap((id) => scaleSetOf(id) ?? []));
  return [...ids].filter((id) => ports.subscriptions.includes(parseResourceId(id)?.subscription ?? ""));
}

/** A source ends with the id of its subscription, or of a resource in the subscription. */
function subscriptionOf(source: string): string {
  const id = source.split(" ").at(-1) ?? source;
  return parseResourceId(id)?.subscription ?? id;
}

const interfacesOf = (subscription: string) => `interfaces ${subscription}`;
const frontendsOf = (subscription: string) => `frontends ${subscription}`;
const gatewaysOf = (subscription: string) => `gateways ${subscription}`;

/** The list that would contain a holder of an address. */
export function sourceOf(holderId: string): string {
  const scaleSet = scaleSetOf(holderId);
  if (scaleSet !== undefined) return scaleSet;
  const { subscription = "", type = "" } = parseResourceId(canonicalId(holderId)) ?? {};
  if (type.startsWith("microsoft.network/loadbalancers/")) return frontendsOf(subscription);
  return type.startsWith("microsoft.network/applicationgateways/")
    ? gatewaysOf(subscription)
    : interfacesOf(subscription);
}
