/**
 * Records Private Link Services in the inventory: owner, frontends, subnets and consumers. Writes only
 * differences. One that is missing from a list is removed only if ARM returns 404 for its id.
 */
import { OWNER_TAG } from "../declarations/plsOwner.ts";
import type { PrivateLinkService } from "../azure/networkModel.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";
import type { Consumer, PlsRow } from "./model.ts";

const AT_ONCE = 4;

/**
 * The Private Link Services of a subscription: those in the list, and recorded ones that are missing from it
 * but exist in ARM. @throws the error of a failed read
 */
export async function listPrivateLinkServices(
  run: Run,
  subscription: string,
): Promise<readonly PrivateLinkService[]> {
  const { network, tables } = run.ports;
  const listed = await network.privateLinkServices(subscription);
  const keys = new Set(listed.map(({ id }) => plsKey(id)));
  const rows = await Array.fromAsync(tables.privateLinkServices.list(subscription));
  const missing = rows.filter(({ key }) => !keys.has(key));
  const found = await mapAtMost(AT_ONCE, missing, ({ value }) => network.pls(value.id));
  return [...listed, ...found.flatMap((pls) => pls ?? [])];
}

/**
 * @param lists by subscription (`listPrivateLinkServices`)
 * @param addresses address by canonical id of the frontend
 */
export async function scanPrivateLinkServices(
  { ports: { tables } }: Run,
  lists: ReadonlyMap<string, readonly PrivateLinkService[]>,
  addresses: ReadonlyMap<string, string>,
): Promise<void> {
  await waitForAll(
    [...lists].map(async ([subscription, privateLinkServices]) => {
      const rows = await Array.fromAsync(tables.privateLinkServices.list(subscription));
      const seen = new Map(privateLinkServices.map((pls) => [plsKey(pls.id), pls]));
      await writeRows(tables.privateLinkServices, subscription, differences(rows, seen, addresses));
    }),
  );
}

/** `resourcegroup/name`, so that a resource group's Private Link Services are one range. */
export function plsKey(id: string): string {
  const { resourceGroup = "", name = "" } = parseResourceId(id) ?? {};
  return `${resourceGroup}/${name}`.toLowerCase();
}

function toRow(
  pls: PrivateLinkService,
  addresses: ReadonlyMap<string, string>,
  before: PlsRow | undefined,
): PlsRow {
  const owner = pls.tags[OWNER_TAG];
  return {
    id: pls.id,
    name: pls.name,
    ...(owner !== undefined && { owner }),
    frontendIds: pls.frontendIds,
    frontendAddresses: addressesOf(pls, addresses, before),
    subnetIds: [...new Set(pls.natAddresses.map(({ subnetId }) => subnetId))],
    consumers: pls.connections.map(({ status, endpointId }): Consumer => {
      const subscription = endpointId && parseResourceId(endpointId)?.subscription;
      return { status, ...(subscription && { subscription }) };
    }),
  };
}

/** The recorded addresses, if the load balancers of the same frontends could not be read. */
function addressesOf(
  { frontendIds }: PrivateLinkService,
  addresses: ReadonlyMap<string, string>,
  before: PlsRow | undefined,
): readonly string[] {
  const known = frontendIds.flatMap((id) => addresses.get(canonicalId(id)) ?? []);
  const isSame = before?.frontendIds.join("|").toLowerCase() === frontendIds.join("|").toLowerCase();
  return known.length < frontendIds.length && before && isSame ? before.frontendAddresses : known;
}

function differences(
  rows: readonly Row<PlsRow>[],
  seen: ReadonlyMap<string, PrivateLinkService>,
  addresses: ReadonlyMap<string, string>,
): Write<PlsRow>[] {
  const known = new Map(rows.map(({ key, value }) => [key, value]));
  const deleted = rows.filter(({ key }) => !seen.has(key));
  const changed = [...seen].flatMap(([key, pls]): Write<PlsRow>[] => {
    const before = known.get(key);
    const value = toRow(pls, addresses, before);
    return JSON.stringify(before) === JSON.stringify(value) ? [] : [{ do: "put", key, value }];
  });
  return [...changed, ...deleted.map(({ key, version }): Write<PlsRow> => ({ do: "remove", key, version }))];
}
