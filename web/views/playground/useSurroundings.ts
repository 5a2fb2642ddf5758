import { useEffect, useState } from "preact/hooks";
import type { AddressMap, Page, Subnet, Verdict } from "../../../api/model.ts";
import { get, question } from "../../ui/http.ts";
import { addressAt } from "../subnets/address.ts";
import { isDrawn, kindAt, readCells } from "../subnets/cells.ts";
import { nextFree } from "../subnets/movement.ts";
import { findExample, type Surroundings } from "./examples.ts";

/** Data of the cluster, read once; `undefined` until loaded. */
export function useSurroundings(cluster: string | undefined): Surroundings | undefined {
  const [loaded, setLoaded] = useState<{ readonly cluster: string; readonly surroundings: Surroundings }>();
  useEffect(() => {
    if (cluster === undefined) return undefined;
    const ending = new AbortController();
    const keep = (surroundings: Surroundings) => {
      if (!ending.signal.aborted) setLoaded({ cluster, surroundings });
    };
    // Without this data the examples use default addresses; the check itself reports errors.
    look(cluster, ending.signal).then(keep, () => keep({}));
    return () => ending.abort();
  }, [cluster]);
  return loaded?.cluster === cluster ? loaded?.surroundings : undefined;
}

async function look(cluster: string, signal: AbortSignal): Promise<Surroundings> {
  const manifest = findExample("internal").write({});
  const { places } = await question<Verdict>("/check", { cluster, manifest }, signal);
  const key = places[0]?.subnetKey;
  if (key === undefined) return {};
  const [map, { items }] = await Promise.all([
    get<AddressMap>(`/subnets/${encodeURIComponent(key)}/addresses`, signal),
    get<Page<Subnet>>("/subnets", signal),
  ]);
  const isForPrivateLinkServices = ({ vnetId, plsNetworkPolicies }: Subnet) =>
    vnetId === map.subnet.vnetId && plsNetworkPolicies === "Disabled";
  return { ...addressesOf(map, cluster), plsSubnet: items.find(isForPrivateLinkServices)?.name };
}

/**
 * Skips the first free addresses, which other Services are likely to get; `taken` is used by a Service of
 * another cluster.
 */
function addressesOf({ prefixes, holders }: AddressMap, cluster: string): Surroundings {
  const prefix = prefixes.find(isDrawn);
  if (!prefix) return {};
  const cells = readCells(prefix, holders);
  const free = nextFree(cells, Math.floor(prefix.size * 0.75), 1) ?? nextFree(cells, -1, 1);
  const assigned = prefix.taken.filter(([offset]) => kindAt(cells, offset) === "assigned");
  const isOthers = (holder: number) => holders[holder]?.service?.startsWith(`${cluster}/`) === false;
  const taken = (assigned.find(([, , holder]) => isOthers(holder)) ?? assigned[0])?.[0];
  const address = (offset: number | undefined) =>
    offset === undefined ? undefined : addressAt(prefix.first, offset);
  return { free: address(free), taken: address(taken) };
}
