/**
 * Mirrors Azure's subnets and used addresses into the inventory. All watched subscriptions are one scan,
 * since a resource of one may hold an address in a subnet of another. Everything that was read is written,
 * even if other reads failed; an address that no list contains is released only on the evidence that
 * `planRows` requires. Writes only differences. Called by the inventory queue.
 */
import type { Cluster } from "../declarations/clusterModel.ts";
import { listClusters } from "../declarations/registry.ts";
import { OWNER_TAG } from "../declarations/plsOwner.ts";
import type { CountedSubnet } from "../azure/networkModel.ts";
import { canonicalId } from "../azure/resourceId.ts";
import { Incomplete, NotYet, worstOf } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { subscriptionSubject } from "../storage/outcome.ts";
import { recordAll } from "../storage/recordOutcome.ts";
import type { Run } from "../ports/ports.ts";
import { withLease, type Lease } from "../storage/lease.ts";
import type { Write } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";
import { claimantsOf, endPlsNames, newestSequences, type Built } from "./endClaims.ts";
import { forgetSubnets } from "./forget.ts";
import type { AddressRow, SubnetRow, VnetRow } from "./model.ts";
import { claimInNewSubnets } from "./newSubnets.ts";
import { planRows } from "./planRows.ts";
import { withoutMachines } from "./machines.ts";
import { readAzure, type Reading, type Uses } from "./readAzure.ts";
import { scanPrivateLinkServices } from "./scanPrivateLinkServices.ts";
import { scanSubnet, type Read, type Scanned } from "./scanSubnet.ts";

const SUBNETS_AT_ONCE = 8;
const VNETS = "all";

export interface ScanReport {
  readonly subnets: number;
  readonly addresses: number;
  readonly written: number;
  /** Number of addresses that a second read must prove free. */
  readonly missed: number;
}

/** Registered clusters that do not exist in Azure, by name, with their proof. */
export type FindDeleted = (run: Run) => Promise<ReadonlyMap<string, Cluster>>;

/**
 * @param requestSecond enqueues another scan, which releases addresses
 * @param findDeleted claims of clusters that it proves deleted end where Azure has freed the address
 * @throws Superseded if another scan runs or started later; after everything else was written, Incomplete
 * with the errors of the lists, or NotYet if all of them are transient
 */
export function scanInventory(
  run: Run,
  requestSecond: () => Promise<unknown> = async () => undefined,
  findDeleted: FindDeleted = async () => new Map(),
): Promise<ScanReport> {
  return withLease(run, "inventory", async (lease) => {
    const subjects = run.ports.subscriptions.map(subscriptionSubject);
    const { reading, report } = await recordAll(run, { operation: "scan", subjects }, async (notes) => {
      // Before Azure is read: answers of a cluster to later queries are newer than the state of Azure, and
      // resources of a deleted cluster are older.
      const [sequenceOf, deleted] = await waitForAll([newestSequences(run), findDeleted(run)] as const);
      const reading = await readAzure(run);
      const claims = {
        sequenceOf,
        claimants: claimantsOf(run, withoutMachines(deleted, reading)),
        clusters: await listClusters(run),
        privateLinkServices: privateLinkServicesById(reading),
      };
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

function privateLinkServicesById({ privateLinkServices }: Reading): ReadonlyMap<string, Built> {
  const all = [...privateLinkServices.values()].flat();
  return new Map(
    all.map(({ id, tags, frontendIds }) => {
      const owner = tags[OWNER_TAG];
      return [canonicalId(id), { ...(owner !== undefined && { owner }), frontendIds }];
    }),
  );
}

function demandComplete(run: Run, { failures }: Reading): void {
  if (failures.length === 0) return;
  const errors = failures.map(({ error }) => error);
  for (const error of errors) run.log.error("scan incomplete", { why: messageOf(error) });
  const worst = worstOf(errors);
  if (worst instanceof NotYet) throw worst;
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

/**
 * By canonical id. Only frontends, because Private Link Services are attached to nothing else; addresses of
 * machines are not copied.
 */
function frontendAddresses(uses: Uses): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const bySubnet of uses.values())
    for (const { holderId, address } of bySubnet.values()) {
      const id = canonicalId(holderId);
      if (id.includes(FRONTEND)) addresses.set(id, address);
    }
  return addresses;
}

/** Addresses in recorded subnets are protected even if their network could not be read. */
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
 * All subnets of a virtual network are written together, after their addresses: with only a part of them,
 * admission would refuse Services that request the others.
 */
async function writeSubnets(run: Run, rows: readonly SubnetRow[]): Promise<void> {
  for (const [vnet, own] of Map.groupBy(rows, ({ vnetId }) => canonicalId(vnetId)))
    await writeRows<SubnetRow>(
      run.ports.tables.subnets,
      vnet,
      own.map((value): Write<SubnetRow> => ({ do: "put", key: value.name.toLowerCase(), value })),
    );
}

/** Records the virtual networks, each with the age of its oldest subnet; an audit has a scope for each. */
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
