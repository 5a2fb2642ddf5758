/**
 * Reads the virtual networks of all watched subscriptions, and holds them against the recorded ones. A list that lacks a network or a subnet
 * proves nothing: ARM filters lists by permissions. What is missing is read by the network's id, and only that shows a deletion.
 */
import type { CountedSubnet } from "../azure/networkModel.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import type { SubnetRow } from "./model.ts";

const AT_ONCE = 4;
const VNETS = "all";

/** Runs a read; a failure is kept and stops nothing else. */
export type Attempt = (source: string, read: () => Promise<unknown>) => Promise<void>;

export interface Networks {
  /** By canonical id of the network, also of networks that only a read by id showed. */
  readonly byVnet: ReadonlyMap<string, readonly CountedSubnet[]>;
  /** By canonical id of the subnet, as the inventory had them before this scan. */
  readonly recorded: ReadonlyMap<string, SubnetRow>;
  /** Canonical ids of recorded networks for which ARM answers 404. */
  readonly deletedVnets: readonly string[];
  /** Recorded subnets of those, and of networks that were read by id and have them no more. */
  readonly deletedSubnets: readonly Row<SubnetRow>[];
}

export async function readNetworks(run: Run, attempt: Attempt): Promise<Networks> {
  const byVnet = await listNetworks(run, attempt);
  const [recorded, deletedVnets, deletedSubnets]: [Row<SubnetRow>[], string[], Row<SubnetRow>[]] = [
    [],
    [],
    [],
  ];
  await mapAtMost(AT_ONCE, await idsOf(run, byVnet), async ([vnet, id]) => {
    const rows = await Array.fromAsync(run.ports.tables.subnets.list(vnet));
    recorded.push(...rows);
    const listed = byVnet.get(vnet);
    if (listed && missingFrom(rows, listed).length === 0) return;
    await attempt(`network ${vnet}`, async () => {
      const found = await run.ports.network.subnetsOf(id);
      deletedSubnets.push(...missingFrom(rows, found ?? []));
      if (found) return byVnet.set(vnet, found);
      byVnet.delete(vnet);
      return deletedVnets.push(vnet);
    });
  });
  const bySubnet = new Map(recorded.map(({ value }) => [canonicalId(value.id), value]));
  return { byVnet, recorded: bySubnet, deletedVnets, deletedSubnets };
}

async function listNetworks(run: Run, attempt: Attempt): Promise<Map<string, readonly CountedSubnet[]>> {
  const { subscriptions, network } = run.ports;
  const byVnet = new Map<string, readonly CountedSubnet[]>();
  await mapAtMost(AT_ONCE, subscriptions, (one) =>
    attempt(`networks ${one}`, async () => {
      const found = await network.subnets(one);
      for (const [id, own] of Map.groupBy(found, ({ vnetId }) => canonicalId(vnetId))) byVnet.set(id, own);
    }),
  );
  return byVnet;
}

/** Ids of listed and of recorded networks, by canonical id. */
async function idsOf(
  { ports: { tables } }: Run,
  byVnet: ReadonlyMap<string, readonly CountedSubnet[]>,
): Promise<[string, string][]> {
  const recorded = await Array.fromAsync(tables.vnets.list(VNETS));
  const listed = [...byVnet].map(([key, [subnet]]): [string, string] => [key, subnet?.vnetId ?? key]);
  return [...new Map([...recorded.map(({ key, value }): [string, string] => [key, value.id]), ...listed])];
}

function missingFrom(rows: readonly Row<SubnetRow>[], found: readonly CountedSubnet[]): Row<SubnetRow>[] {
  const ids = new Set(found.map(({ id }) => canonicalId(id)));
  return rows.filter(({ value }) => !ids.has(canonicalId(value.id)));
}
