import { addressKey } from "../addresses/key.ts";
import type { ServiceKey } from "../intents/model.ts";
import { canonicalId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { sameService } from "./owner.ts";

/** A deleted Service's address stays its own this long: the controller may still be building or removing its frontend. */
const SETTLE_SECONDS = 120;

/**
 * Lets a deleted Service's reservation end soon. An assignment stays until a scan sees that Azure let go.
 * Losing a race to another writer is fine: then the row is somebody else's news.
 */
export async function release(run: Run, owner: ServiceKey, subnetId: string, address: string): Promise<void> {
  const partition = canonicalId(subnetId);
  const row = await run.ports.tables.addresses.get(partition, addressKey(address));
  const mine = row?.value.reservations?.find((one) => sameService(one.owner, owner));
  const soon = new Date(run.now().getTime() + SETTLE_SECONDS * 1000).toISOString();
  if (!row || !mine || mine.expiresAtUtc <= soon) return;
  const reservations = row.value.reservations?.map((one) =>
    one === mine ? { ...one, expiresAtUtc: soon } : one,
  );
  const value = { ...row.value, ...(reservations && { reservations }) };
  const written = await run.ports.tables.addresses.transact(partition, [
    { do: "replace", key: row.key, value, version: row.version },
  ]);
  if (written.ok) run.ports.metrics.record("mooring.reservations", 1, { outcome: "released" });
}
