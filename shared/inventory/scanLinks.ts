/** Mirrors links into the inventory: whose they are, what they stand on, who is connected. Writes only differences. */
import { OWNER_TAG } from "../links/owner.ts";
import type { Link } from "../network/model.ts";
import { canonicalId, parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { Row, Write } from "../storage/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { Consumer, LinkRow } from "./model.ts";
import { waitForAll } from "../waitForAll.ts";

/** The links of all watched subscriptions, by subscription. @throws whatever a list throws */
export async function listLinks({ ports }: Run): Promise<ReadonlyMap<string, readonly Link[]>> {
  const lists = ports.subscriptions.map(async (one) => [one, await ports.network.links(one)] as const);
  return new Map(await waitForAll(lists));
}

/** @param addresses address by canonical id of the frontend */
export async function scanLinks(
  { ports }: Run,
  lists: ReadonlyMap<string, readonly Link[]>,
  addresses: ReadonlyMap<string, string>,
): Promise<void> {
  await waitForAll(
    [...lists].map(async ([subscription, links]) => {
      const rows = await Array.fromAsync(ports.tables.links.list(subscription));
      const seen = new Map(links.map((link) => [linkKey(link.id), toRow(link, addresses)]));
      await writeRows(ports.tables.links, subscription, differences(rows, seen));
    }),
  );
}

/** `resourcegroup/name`, so that a resource group's links are one range. */
export function linkKey(id: string): string {
  const { resourceGroup = "", name = "" } = parseResourceId(id) ?? {};
  return `${resourceGroup}/${name}`.toLowerCase();
}

function toRow(link: Link, addresses: ReadonlyMap<string, string>): LinkRow {
  const owner = link.tags[OWNER_TAG];
  return {
    id: link.id,
    name: link.name,
    ...(owner !== undefined && { owner }),
    frontendIds: link.frontendIds,
    frontendAddresses: link.frontendIds.flatMap((id) => addresses.get(canonicalId(id)) ?? []),
    subnetIds: [...new Set(link.natAddresses.map(({ subnetId }) => subnetId))],
    consumers: link.connections.map(({ status, endpointId }): Consumer => {
      const subscription = endpointId && parseResourceId(endpointId)?.subscription;
      return { status, ...(subscription && { subscription }) };
    }),
  };
}

function differences(rows: readonly Row<LinkRow>[], seen: ReadonlyMap<string, LinkRow>): Write<LinkRow>[] {
  const known = new Map(rows.map(({ key, value }) => [key, JSON.stringify(value)]));
  const gone = rows.filter(({ key }) => !seen.has(key));
  return [
    ...[...seen]
      .filter(([key, value]) => known.get(key) !== JSON.stringify(value))
      .map(([key, value]): Write<LinkRow> => ({ do: "put", key, value })),
    ...gone.map(({ key, version }): Write<LinkRow> => ({ do: "remove", key, version })),
  ];
}
