/** What a complete scan did not see any more goes, with all that was kept of it. Called by the scan only. */
import { canonicalId } from "../network/resourceId.ts";
import type { Subnet } from "../network/model.ts";
import type { Run } from "../ports.ts";
import type { Row } from "../storage/table.ts";
import { removeRows, writeRows } from "../storage/writeRows.ts";
import type { AddressRow, SubnetRow } from "./model.ts";
import { planRows } from "./planRows.ts";

/** Subnets that are gone from their virtual networks, or with them: whoever dies in the midst of it is made up for by the next scan. */
export async function forgetSubnets(run: Run, seen: readonly Subnet[]): Promise<void> {
  const { vnets, subnets } = run.ports.tables;
  const ids = new Set(seen.map(({ id }) => canonicalId(id)));
  const known = await Array.fromAsync(vnets.list("all"));
  const networks = new Set([
    ...known.map(({ key }) => key),
    ...seen.map(({ vnetId }) => canonicalId(vnetId)),
  ]);
  for (const vnet of networks)
    for await (const row of subnets.list(vnet))
      if (!ids.has(canonicalId(row.value.id))) await forgetSubnet(run, row);
}

/** The subnet's own row last: it tells that there is something to forget. */
async function forgetSubnet(run: Run, { partition, key, version, value }: Row<SubnetRow>): Promise<void> {
  const id = canonicalId(value.id);
  await forgetUsage(run, id);
  await forgetAddresses(run, id);
  await run.ports.tables.subnets.transact(partition, [{ do: "remove", key, version }]);
}

async function forgetUsage({ ports: { tables } }: Run, id: string): Promise<void> {
  await removeRows(tables.usage, id, await Array.fromAsync(tables.usage.list(id)));
}

/** What is promised stays: a subnet that is not watched for an hour, or made anew, is back before the promise ends. */
async function forgetAddresses({ ports: { tables }, now }: Run, id: string): Promise<void> {
  const rows = await Array.fromAsync(tables.addresses.list(id));
  await writeRows<AddressRow>(tables.addresses, id, planRows(rows, new Map(), now().toISOString()));
}
