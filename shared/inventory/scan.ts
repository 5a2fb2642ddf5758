/**
 * Mirrors Azure's subnets and used addresses into the inventory. All watched subscriptions are one scan, since a resource of one may
 * hold an address in a subnet of another; if one cannot be read nothing is released. Writes only differences and never a live
 * reservation. Called by the inventory queue.
 */
import { addressKey } from "../addresses/key.ts";
import { usableAddresses } from "../addresses/range.ts";
import type { VnetRow } from "../drift/auditRun.ts";
import type { AddressUse, Subnet } from "../network/model.ts";
import { canonicalId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { withLease, type Lease } from "../storage/lease.ts";
import type { Write } from "../storage/table.ts";
import { digestsOf } from "./digest.ts";
import { forgetSubnets } from "./forget.ts";
import { fullRanges } from "./fullRanges.ts";
import type { AddressRow, SubnetRow } from "./model.ts";
import { listLinks, scanLinks } from "./scanLinks.ts";
import { endedReservations, planRows } from "./planRows.ts";
import { writeRows } from "../storage/writeRows.ts";
import { alongside, mapAtMost, waitForAll } from "../waitForAll.ts";

const SUBSCRIPTIONS_AT_ONCE = 4;
const SUBNETS_AT_ONCE = 8;
const VNETS = "all";

export interface ScanReport {
  readonly subnets: number;
  readonly addresses: number;
  readonly written: number;
}

/** @throws NotYet if another scan runs, or has begun since, and whatever a list throws: an incomplete scan writes nothing */
export function scanInventory(run: Run): Promise<ScanReport> {
  return withLease(run, "inventory", async (lease) => {
    const [uses, links] = [collectUses(run), listLinks(run)];
    return alongside([uses, links], () => scan(run, lease, { uses, links }));
  });
}

interface Lists {
  readonly uses: Promise<Uses>;
  readonly links: ReturnType<typeof listLinks>;
}

async function scan(run: Run, lease: Lease, { uses, links }: Lists): Promise<ScanReport> {
  const { subscriptions, network } = run.ports;
  const subnets = (await waitForAll(subscriptions.map((one) => network.subnets(one)))).flat();
  const scanned = await mapAtMost(SUBNETS_AT_ONCE, subnets, (subnet) =>
    scanSubnet(run, subnet, { uses, lease }),
  );
  await lease.demand();
  await writeSubnets(
    run,
    scanned.map(({ row }) => row),
  );
  await forgetSubnets(run, subnets);
  await scanLinks(run, await links, frontendAddresses(await uses));
  await rememberVnets(run, subnets);
  const addresses = [...(await uses).values()].reduce((sum, { size }) => sum + size, 0);
  const report = {
    subnets: subnets.length,
    addresses,
    written: scanned.reduce((sum, { written }) => sum + written, 0),
  };
  run.log.info("inventory scanned", { ...report });
  return report;
}

/** Used addresses by key, by canonical subnet id. */
type Uses = ReadonlyMap<string, ReadonlyMap<string, AddressUse>>;

async function collectUses(run: Run): Promise<Uses> {
  const bySubnet = new Map<string, Map<string, AddressUse>>();
  const collect = async (subscription: string) => {
    for await (const use of run.ports.network.addressUses(subscription)) {
      const subnetId = canonicalId(use.subnetId);
      const uses = bySubnet.get(subnetId) ?? new Map<string, AddressUse>();
      // Each comes with its own copy of the subnet's id: a million of them are worth sharing one.
      const [first] = uses.values();
      uses.set(addressKey(use.address), { ...use, subnetId: first?.subnetId ?? use.subnetId });
      bySubnet.set(subnetId, uses);
    }
  };
  await mapAtMost(SUBSCRIPTIONS_AT_ONCE, run.ports.subscriptions, collect);
  return bySubnet;
}

const FRONTEND = "/frontendipconfigurations/";

/** By canonical id. Links stand on frontends only: of the many machines nothing is kept twice. */
function frontendAddresses(uses: Uses): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const bySubnet of uses.values())
    for (const { holderId, address } of bySubnet.values()) {
      const id = canonicalId(holderId);
      if (id.includes(FRONTEND)) addresses.set(id, address);
    }
  return addresses;
}

interface Scanning {
  readonly uses: Promise<Uses>;
  readonly lease: Lease;
}

/**
 * Reads the rows while Azure's lists are still coming; a row that changes meanwhile keeps what it then says. If another scan has begun
 * since, the rows may be its news, and our lists older than they.
 */
async function scanSubnet(run: Run, subnet: Subnet, scanning: Scanning): Promise<Scanned> {
  const partition = canonicalId(subnet.id);
  const rows = await Array.fromAsync(run.ports.tables.addresses.list(partition));
  const uses = (await scanning.uses).get(partition) ?? new Map<string, AddressUse>();
  const nowUtc = run.now().toISOString();
  const writes = planRows(rows, uses, nowUtc);
  if (writes.length > 0) await scanning.lease.demand();
  await writeRows<AddressRow>(run.ports.tables.addresses, partition, writes);
  recordEnded(run, endedReservations(rows, uses, nowUtc));
  return { written: writes.length, row: toRow(run, subnet, uses) };
}

function recordEnded({ ports }: Run, ended: ReturnType<typeof endedReservations>): void {
  for (const outcome of ["confirmed", "expired"] as const)
    if (ended[outcome] > 0) ports.metrics.record("mooring.reservations", ended[outcome], { outcome });
}

interface Scanned {
  readonly written: number;
  readonly row: SubnetRow;
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

function toRow(run: Run, subnet: Subnet, uses: ReadonlyMap<string, AddressUse>): SubnetRow {
  const taken = [...uses.values()].map(({ address }) => address);
  return {
    ...subnet,
    usableAddresses: usableAddresses(subnet.prefixes),
    usedAddresses: uses.size,
    fullRanges: fullRanges(subnet.prefixes, taken),
    digests: digestsOf(uses),
    scannedAtUtc: run.now().toISOString(),
  };
}

/** Which virtual networks there are: an audit looks at each. Those that were not seen are forgotten. */
async function rememberVnets(run: Run, seen: readonly Subnet[]): Promise<void> {
  const { vnets } = run.ports.tables;
  const ids = new Map(seen.map(({ vnetId }) => [canonicalId(vnetId), vnetId]));
  const gone = (await Array.fromAsync(vnets.list(VNETS))).filter(({ key }) => !ids.has(key));
  const scannedAtUtc = run.now().toISOString();
  await writeRows<VnetRow>(vnets, VNETS, [
    ...[...ids].map(([key, id]) => ({ do: "put", key, value: { id, scannedAtUtc } }) as const),
    ...gone.map(({ key, version }) => ({ do: "remove", key, version }) as const),
  ]);
}
