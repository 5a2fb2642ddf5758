/**
 * Mirrors Azure's subnets and used addresses into the inventory. All watched subscriptions are one scan, since a resource of one may
 * hold an address in a subnet of another. What was read is written, whatever else failed; what is not in a list is released only on the
 * evidence that `planRows` names. Writes only differences. Called by the inventory queue.
 */
import type { VnetRow } from "../audit/auditRun.ts";
import type { CountedSubnet } from "../azure/networkModel.ts";
import { canonicalId } from "../azure/resourceId.ts";
import { Incomplete, NotYet } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { subscriptionSubject } from "../storage/outcome.ts";
import { recordAll } from "../storage/recordOutcome.ts";
import type { Run } from "../ports/ports.ts";
import { withLease, type Lease } from "../storage/lease.ts";
import type { Write } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import { claimantsOf, endPlsNames, newestSequences } from "./endClaims.ts";
import { forgetSubnets } from "./forget.ts";
import type { AddressRow, SubnetRow } from "./model.ts";
import { claimInNewSubnets } from "./newSubnets.ts";
import { planRows } from "./planRows.ts";
import { readAzure, type Reading, type Uses } from "./readAzure.ts";
import { scanPrivateLinkServices } from "./scanPrivateLinkServices.ts";
import { scanSubnet, type Read, type Scanned } from "./scanSubnet.ts";

const SUBNETS_AT_ONCE = 8;
const VNETS = "all";

export interface ScanReport {
  readonly subnets: number;
  readonly addresses: number;
  readonly written: number;
  /** Addresses that a second read must prove free. */
  readonly missed: number;
}

/**
 * @param requestSecond asks for another scan: addresses wait for it to be released
 * @throws Superseded if another scan runs, or has begun since; after everything else was written, Incomplete with what the lists threw, or
 * NotYet if all that passes
 */
export function scanInventory(
  run: Run,
  requestSecond: () => Promise<unknown> = async () => undefined,
): Promise<ScanReport> {
  return withLease(run, "inventory", async (lease) => {
    const subjects = run.ports.subscriptions.map(subscriptionSubject);
    const { reading, report } = await recordAll(run, { operation: "scan", subjects }, async (notes) => {
      // Before Azure is read: what a cluster answers to a later query is newer than what Azure shows.
      const sequenceOf = await newestSequences(run);
      const reading = await readAzure(run);
      const claims = { sequenceOf, claimants: claimantsOf(run) };
      const report = await write(run, lease, { reading, claims });
      for (const { subscription, error } of reading.failures)
        notes.failed(subscriptionSubject(subscription), error);
      return { reading, report };
    });
    if (report.missed > 0) await requestSecond();
    demandComplete(run, reading);
    run.log.info("inventory scanned", { ...report });
    return report;
  });
}

function demandComplete(run: Run, { failures }: Reading): void {
  if (failures.length === 0) return;
  const errors = failures.map(({ error }) => error);
  for (const error of errors) run.log.error("scan incomplete", { why: messageOf(error) });
  const passing = errors.filter((error) => error instanceof NotYet);
  const [longest] = passing.toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds);
  if (longest && passing.length === errors.length) throw longest;
  const each = [...new Set(errors.map(messageOf))];
  throw new Incomplete(`the scan left out what it could not read: ${each.join("; ")}`, { cause: errors });
}

async function write(run: Run, lease: Lease, { reading, claims }: Read): Promise<ScanReport> {
  const { networks, uses } = reading;
  const subnets = [...networks.byVnet.values()].flat();
  await claimInNewSubnets(run, subnets, networks.recorded);
  const scanned = await mapAtMost(SUBNETS_AT_ONCE, subnets, (subnet) =>
    scanSubnet(run, subnet, { reading, lease, claims }),
  );
  await addUnread(run, lease, { reading, claims, subnets });
  await lease.demand();
  const rows = scanned.map(({ row }) => row);
  await writeSubnets(run, rows);
  await claimInNewSubnets(run, subnets, networks.recorded);
  await forgetSubnets(run, networks.deletedSubnets);
  await scanPrivateLinkServices(run, reading.privateLinkServices, frontendAddresses(uses));
  await endPlsNames(run, lease, { claims, subscriptions: [...reading.privateLinkServices.keys()] });
  await recordVnets(run, rows, networks.deletedVnets);
  const sum = (count: (one: Scanned) => number) => scanned.reduce((all, one) => all + count(one), 0);
  return {
    subnets: subnets.length,
    addresses: [...uses.values()].reduce((all, { size }) => all + size, 0),
    written: sum(({ written }) => written),
    missed: sum(({ missed }) => missed),
  };
}

const FRONTEND = "/frontendipconfigurations/";

/** By canonical id. Private Link Services stand on frontends only: of the many machines nothing is kept twice. */
function frontendAddresses(uses: Uses): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const bySubnet of uses.values())
    for (const { holderId, address } of bySubnet.values()) {
      const id = canonicalId(holderId);
      if (id.includes(FRONTEND)) addresses.set(id, address);
    }
  return addresses;
}

/** Addresses in recorded subnets whose network could not be read are protected all the same. */
async function addUnread(
  run: Run,
  lease: Lease,
  { reading, claims, subnets }: Read & { readonly subnets: readonly CountedSubnet[] },
): Promise<void> {
  const read = new Set(subnets.map(({ id }) => canonicalId(id)));
  const deleted = new Set(reading.networks.deletedSubnets.map(({ value }) => canonicalId(value.id)));
  for (const partition of reading.networks.recorded.keys()) {
    const uses = reading.uses.get(partition);
    if (!uses || read.has(partition) || deleted.has(partition)) continue;
    const rows = await Array.fromAsync(run.ports.tables.addresses.list(partition));
    const { incomplete } = reading;
    await lease.demand();
    const writes = planRows(
      rows,
      { uses, incomplete },
      {
        nowUtc: run.now().toISOString(),
        ended: new Set(),
        sequenceOf: claims.sequenceOf,
      },
    );
    await writeRows<AddressRow>(run.ports.tables.addresses, partition, writes);
  }
}

/**
 * All subnets of a virtual network together, after their addresses: a part of them would look like a network without the others, and the
 * gate would refuse Services that ask for those.
 */
async function writeSubnets(run: Run, rows: readonly SubnetRow[]): Promise<void> {
  for (const [vnet, own] of Map.groupBy(rows, ({ vnetId }) => canonicalId(vnetId)))
    await writeRows<SubnetRow>(
      run.ports.tables.subnets,
      vnet,
      own.map((value): Write<SubnetRow> => ({ do: "put", key: value.name.toLowerCase(), value })),
    );
}

/** Which virtual networks there are, each as old as the oldest of its subnets: an audit looks at each. */
async function recordVnets(run: Run, rows: readonly SubnetRow[], deleted: readonly string[]): Promise<void> {
  const byVnet = Map.groupBy(rows, ({ vnetId }) => canonicalId(vnetId));
  await writeRows<VnetRow>(run.ports.tables.vnets, VNETS, [
    ...[...byVnet].map(([key, own]) => ({ do: "put", key, value: toVnetRow(own) }) as const),
    ...deleted.map((key) => ({ do: "remove", key }) as const),
  ]);
}

function toVnetRow(rows: readonly SubnetRow[]): VnetRow {
  const [scannedAtUtc = ""] = rows.map((row) => row.scannedAtUtc).toSorted();
  return { id: rows[0]?.vnetId ?? "", scannedAtUtc };
}
