/** Schema 3: reservations become proposed claims, and what clusters confirmed becomes confirmed claims. */
import { listClusters } from "../declarations/registry.ts";
import { listConfirmed } from "../declarations/confirmed.ts";
import { newestSequence } from "../declarations/feed.ts";
import type { ServiceKey, ServicePort } from "../kubernetes/intent.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { confirmClaims } from "./confirmClaims.ts";
import type { AddressRow, Claim } from "./model.ts";
import { listSubnets, listSubnetsOf } from "./subnets.ts";

interface Reservation {
  readonly owner: ServiceKey;
  readonly expiresAtUtc: string;
  readonly ports?: readonly ServicePort[];
}

type OldRow = AddressRow & { readonly reservations?: readonly Reservation[] };

export async function toSchema3(run: Run): Promise<void> {
  for (const { id } of await listSubnets(run)) await convertRows(run, canonicalId(id));
  for (const cluster of await listClusters(run)) {
    const [declared, subnets, sequence] = [
      await listConfirmed(run, cluster.name),
      await listSubnetsOf(run, cluster),
      await newestSequence(run, cluster.name),
    ];
    await confirmClaims(run, cluster, { declared, subnets, sequence });
  }
}

async function convertRows(run: Run, partition: string): Promise<void> {
  const { addresses } = run.ports.tables;
  const sinceUtc = run.now().toISOString();
  const rows = await Array.fromAsync(addresses.list(partition));
  await writeRows(
    addresses,
    partition,
    rows.flatMap((row) => converted(row, sinceUtc)),
  );
}

function converted({ key, version, value }: Row<AddressRow>, sinceUtc: string): Write<AddressRow>[] {
  const { reservations, claims = [], ...rest } = value as OldRow;
  if (!reservations) return [];
  const proposed = reservations.map((one): Claim => ({ ...one, state: "proposed", sinceUtc }));
  return [{ do: "replace", key, version, value: { ...rest, claims: [...claims, ...proposed] } }];
}
