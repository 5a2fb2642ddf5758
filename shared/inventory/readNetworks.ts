/**
 * Reads the virtual networks of all watched subscriptions, and compares them with the recorded ones. Absence
 * from a list proves nothing: ARM filters lists by permissions. Missing networks are read by id, and only a
 * 404 shows a deletion, also in subscriptions that are no longer watched.
 */
import { listClusters } from "../declarations/registry.ts";
import type { CountedSubnet } from "../azure/networkModel.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import type { SubnetRow } from "./model.ts";
import { isUnused } from "./unwatched.ts";

const AT_ONCE = 4;
const VNETS = "all";

/** Runs a read; records a failure without stopping the others. */
export type Attempt = (source: string, read: () => Promise<unknown>) => Promise<void>;

export interface Networks {
  /** By canonical id of the network; includes networks that were read by id. */
  readonly byVnet: ReadonlyMap<string, readonly CountedSubnet[]>;
  /** By canonical id of the subnet, from the inventory before this scan. */
  readonly recorded: ReadonlyMap<string, SubnetRow>;
  /** Canonical ids of recorded networks for which ARM returns 404. */
  readonly deletedVnets: readonly string[];
  /**
   * Recorded subnets of those, and recorded subnets that a read of their network by id no longer contains.
   */
  readonly deletedSubnets: readonly Row<SubnetRow>[];
}

export async function readNetworks(run: Run, attempt: Attempt): Promise<Networks> {
  const byVnet = await listNetworks(run, attempt);
  const [recorded, deletedVnets, deletedSubnets]: [Row<SubnetRow>[], string[], Row<SubnetRow>[]] = [
    [],
    [],
    [],
  ];
  const { subscriptions } = run.ports;
  const clusters = await listClusters(run);
  await mapAtMost(AT_ONCE, await idsOf(run, byVnet), async ([vnet, id]) => {
    const rows = await Array.fromAsync(run.ports.tables.subnets.list(vnet));
    recorded.push(...rows);
    const listed = byVnet.get(vnet);
    if (listed && missingFrom(rows, listed).length === 0) return;
    // A subscription that is not watched may be unreadable: a finding lists its claims.
    const isUnwatched = !listed && isUnused(id, { subscriptions, clusters });
    const read: Attempt = isUnwatched ? withoutFailure : attempt;
    await read(`network ${vnet}`, async () => {
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

const withoutFailure: Attempt = async (_, read) => {
  try {
    await read();
  } catch {
    // Networks that could not be read are missing from the result.
  }
};

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
