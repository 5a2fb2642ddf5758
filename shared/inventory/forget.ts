/** Removes resources that a read by id showed to be deleted, with all their rows. Called by the scan only. */
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { removeRows, writeRows } from "../storage/writeRows.ts";
import { liveClaims } from "./obstacle.ts";
import type { AddressRow, SubnetRow } from "./model.ts";

/** After a crash the next scan completes it. */
export async function forgetSubnets(run: Run, deleted: readonly Row<SubnetRow>[]): Promise<void> {
  for (const row of deleted) await forgetSubnet(run, row);
}

/** The row of the subnet is removed last, because it shows that there are rows to remove. */
async function forgetSubnet(run: Run, { partition, key, version, value }: Row<SubnetRow>): Promise<void> {
  const id = canonicalId(value.id);
  await forgetUsage(run, id);
  await forgetAddresses(run, id);
  await run.ports.tables.subnets.transact(partition, [{ do: "remove", key, version }]);
}

async function forgetUsage({ ports: { tables } }: Run, id: string): Promise<void> {
  await removeRows(tables.usage, id, await Array.fromAsync(tables.usage.list(id)));
}

/** Claims are kept: the subnet may be created again before they end. */
async function forgetAddresses({ ports: { tables }, now }: Run, id: string): Promise<void> {
  const rows = await Array.fromAsync(tables.addresses.list(id));
  const nowUtc = now().toISOString();
  const writes = rows.map(({ key, version, value }) => {
    const claims = liveClaims(value, nowUtc);
    return claims.length === 0
      ? ({ do: "remove", key, version } as const)
      : ({ do: "replace", key, version, value: { address: value.address, claims } } as const);
  });
  await writeRows<AddressRow>(tables.addresses, id, writes);
}
