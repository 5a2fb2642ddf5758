/** A world that answers at once and holds nothing: what a scan or a sweep needs of time and memory is then its own. */
import { addressKey } from "../../../shared/azure/addressKey.ts";
import type { AddressRow } from "../../../shared/inventory/model.ts";
import type { AddressUse } from "../../../shared/azure/networkModel.ts";
import type { Network } from "../../../shared/ports/network.ts";
import type { Run } from "../../../shared/ports/ports.ts";
import type { Row, Table } from "../../../shared/ports/table.ts";
import { canonicalId } from "../../../shared/azure/resourceId.ts";
import { memoryRun } from "../../../test/memory/run.ts";
import * as estate from "./estate.ts";

const SEEN = "2026-01-01T00:00:00.000Z";

/** @param isScanned whether the address table already has what Azure shows */
export function syntheticRun(isScanned: boolean): { readonly run: Run; readonly written: () => number } {
  const subscriptions = Array.from({ length: estate.SUBSCRIPTIONS }, (_, n) => estate.subscriptionId(n));
  const run = memoryRun({ subscriptions });
  let written = 0;
  const addresses: Table<AddressRow> = {
    get: async () => undefined,
    list: (partition) => (isScanned ? rowsOf(partition) : none()),
    transact: async (_, writes) => {
      written += writes.length;
      return { ok: true, versions: writes.map(() => "1") };
    },
  };
  const tables = { ...run.ports.tables, addresses };
  return { run: { ...run, ports: { ...run.ports, network, tables } }, written: () => written };
}

async function* none(): AsyncGenerator<never> {}

const bySubnet = new Map(
  estate.subnetPlaces().map((place) => [canonicalId(estate.subnet(place).id), place] as const),
);

async function* rowsOf(partition: string): AsyncGenerator<Row<AddressRow>> {
  const place = bySubnet.get(partition);
  if (!place) return;
  for (const { address, holderId } of estate.usesIn(place))
    yield {
      partition,
      key: addressKey(address),
      version: "1",
      value: { address, assignment: { holderId, seenAtUtc: SEEN } },
    };
}

function placesIn(subscription: string, all: readonly estate.Place[]): estate.Place[] {
  return all.filter(({ n }) => n === estate.numberOf(subscription));
}

async function* uses(subscription: string): AsyncGenerator<AddressUse> {
  for (const place of placesIn(subscription, estate.subnetPlaces())) yield* estate.usesIn(place);
}

function countUses(place: estate.Place): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { holderId } of estate.usesIn(place)) {
    const owner = canonicalId(holderId);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

const network: Network = {
  subnets: async (subscription) =>
    placesIn(subscription, estate.subnetPlaces()).map((place) => ({
      ...estate.subnet(place),
      configurations: countUses(place),
    })),
  subnetsOf: async () => undefined,
  interfaceUses: uses,
  frontendUses: none,
  gatewayUses: none,
  scaleSetUses: none,
  loadBalancers: async (subscription) =>
    placesIn(subscription, estate.clusterPlaces()).map(estate.loadBalancer),
  privateLinkServices: async () => [],
  managedClusters: async (subscription) =>
    placesIn(subscription, estate.clusterPlaces()).map((place) => ({
      id: estate.registration(place).resourceId,
      principalIds: [],
      location: "westeurope",
      nodeResourceGroup: estate.registration(place).nodeResourceGroup,
      subnetIds: [],
      provisioningState: "Succeeded",
    })),
  managedCluster: async () => undefined,
  resourceGroup: async () => undefined,
  availability: async () => ({ available: true, alternatives: [] }),
  pls: async () => undefined,
};
