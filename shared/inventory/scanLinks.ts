/**
 * Records Private Link Services in the inventory: owner, frontends, subnets and consumers. Writes only differences. One that a list lacks is
 * removed only if ARM answers 404 for its id.
 */
import { OWNER_TAG } from "../links/owner.ts";
import type { Link } from "../network/model.ts";
import { canonicalId, parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { Row, Write } from "../storage/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { mapAtMost, waitForAll } from "../waitForAll.ts";
import type { Consumer, LinkRow } from "./model.ts";

const AT_ONCE = 4;

/**
 * The Private Link Services of a subscription: those in the list, and recorded ones that it lacks and that ARM still has.
 * @throws what a read throws
 */
export async function listLinks(run: Run, subscription: string): Promise<readonly Link[]> {
  const { network, tables } = run.ports;
  const listed = await network.links(subscription);
  const keys = new Set(listed.map(({ id }) => linkKey(id)));
  const rows = await Array.fromAsync(tables.links.list(subscription));
  const missing = rows.filter(({ key }) => !keys.has(key));
  const found = await mapAtMost(AT_ONCE, missing, ({ value }) => network.link(value.id));
  return [...listed, ...found.flatMap((link) => link ?? [])];
}

/**
 * @param lists by subscription (`listLinks`)
 * @param addresses address by canonical id of the frontend
 */
export async function scanLinks(
  { ports: { tables } }: Run,
  lists: ReadonlyMap<string, readonly Link[]>,
  addresses: ReadonlyMap<string, string>,
): Promise<void> {
  await waitForAll(
    [...lists].map(async ([subscription, links]) => {
      const rows = await Array.fromAsync(tables.links.list(subscription));
      const seen = new Map(links.map((link) => [linkKey(link.id), link]));
      await writeRows(tables.links, subscription, differences(rows, seen, addresses));
    }),
  );
}

/** `resourcegroup/name`, so that a resource group's links are one range. */
export function linkKey(id: string): string {
  const { resourceGroup = "", name = "" } = parseResourceId(id) ?? {};
  return `${resourceGroup}/${name}`.toLowerCase();
}

function toRow(link: Link, addresses: ReadonlyMap<string, string>, before: LinkRow | undefined): LinkRow {
  const owner = link.tags[OWNER_TAG];
  return {
    id: link.id,
    name: link.name,
    ...(owner !== undefined && { owner }),
    frontendIds: link.frontendIds,
    frontendAddresses: addressesOf(link, addresses, before),
    subnetIds: [...new Set(link.natAddresses.map(({ subnetId }) => subnetId))],
    consumers: link.connections.map(({ status, endpointId }): Consumer => {
      const subscription = endpointId && parseResourceId(endpointId)?.subscription;
      return { status, ...(subscription && { subscription }) };
    }),
  };
}

/** Those recorded before, if the load balancers of the same frontends cannot be seen now. */
function addressesOf(
  { frontendIds }: Link,
  addresses: ReadonlyMap<string, string>,
  before: LinkRow | undefined,
): readonly string[] {
  const known = frontendIds.flatMap((id) => addresses.get(canonicalId(id)) ?? []);
  const isSame = before?.frontendIds.join("|").toLowerCase() === frontendIds.join("|").toLowerCase();
  return known.length < frontendIds.length && before && isSame ? before.frontendAddresses : known;
}

function differences(
  rows: readonly Row<LinkRow>[],
  seen: ReadonlyMap<string, Link>,
  addresses: ReadonlyMap<string, string>,
): Write<LinkRow>[] {
  const known = new Map(rows.map(({ key, value }) => [key, value]));
  const deleted = rows.filter(({ key }) => !seen.has(key));
  const changed = [...seen].flatMap(([key, link]): Write<LinkRow>[] => {
    const before = known.get(key);
    const value = toRow(link, addresses, before);
    return JSON.stringify(before) === JSON.stringify(value) ? [] : [{ do: "put", key, value }];
  });
  return [...changed, ...deleted.map(({ key, version }): Write<LinkRow> => ({ do: "remove", key, version }))];
}
