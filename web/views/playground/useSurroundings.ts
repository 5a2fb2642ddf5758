import { useEffect, useState } from "preact/hooks";
import type { AddressMap, Page, Subnet, Verdict } from "../../../api/model.ts";
import { get, question } from "../../ui/http.ts";
import { addressAt } from "../subnets/address.ts";
import { isDrawn, kindAt, readCells } from "../subnets/cells.ts";
import { nextFree } from "../subnets/movement.ts";
import { findExample, type Surroundings } from "./examples.ts";

/** What the cluster has, read once; `undefined` until it is known. */
export function useSurroundings(cluster: string | undefined): Surroundings | undefined {
  const [known, setKnown] = useState<{ readonly cluster: string; readonly surroundings: Surroundings }>();
  useEffect(() => {
    if (cluster === undefined) return undefined;
    const ending = new AbortController();
    const keep = (surroundings: Surroundings) => {
      if (!ending.signal.aborted) setKnown({ cluster, surroundings });
    };
    // Without them the examples have addresses of their own; what is wrong is then told by the check itself.
    look(cluster, ending.signal).then(keep, () => keep({}));
    return () => ending.abort();
  }, [cluster]);
  return known?.cluster === cluster ? known?.surroundings : undefined;
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

/** Past the first free ones, which other Services are likely to be given; taken is what a Service of another cluster has. */
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
