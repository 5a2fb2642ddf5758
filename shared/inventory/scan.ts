/**
 * Mirrors Azure's subnets and used addresses into the inventory. All watched subscriptions are one scan, since a resource of one may
 * hold an address in a subnet of another. What was read is written, whatever else failed; what is not in a list is released only on the
 * evidence that `planRows` names. Writes only differences. Called by the inventory queue.
 */
import { usableAddresses } from "../addresses/range.ts";
import type { VnetRow } from "../drift/auditRun.ts";
import type { AddressUse, CountedSubnet } from "../network/model.ts";
import { canonicalId } from "../network/resourceId.ts";
import { Incomplete, NotYet } from "../errors.ts";
import { messageOf } from "../messageOf.ts";
import { subscriptionSubject } from "../outcomes/outcome.ts";
import { recordWhole } from "../outcomes/record.ts";
import type { Run } from "../ports.ts";
import { withLease, type Lease } from "../storage/lease.ts";
import type { Row, Write } from "../storage/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { mapAtMost } from "../waitForAll.ts";
import { unmark } from "./claimQuota.ts";
import { digestsOf } from "./digest.ts";
import {
  claimantsOf,
  endLinkNames,
  endedAddresses,
  newestSequences,
  type ScannedClaims,
  type Unassigned,
} from "./endClaims.ts";
import { countUnknown, evidenceOf, type Evidence } from "./evidence.ts";
import { countHolders } from "./heldBy.ts";
import { forgetSubnets } from "./forget.ts";
import { fullRanges } from "./fullRanges.ts";
import type { AddressRow, SubnetRow } from "./model.ts";
import { claimInNewSubnets } from "./newSubnets.ts";
import {
  assignmentNow,
  claimsNow,
  countClaims,
  keptAssignments,
  newlyConfirmed,
  planRows,
  type ClaimsNow,
  type Kept,
} from "./planRows.ts";
import { readAzure, type Reading, type Uses } from "./readAzure.ts";
import { scanLinks } from "./scanLinks.ts";

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
    const { reading, report } = await recordWhole(run, { operation: "scan", subjects }, async (notes) => {
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
  await forgetSubnets(run, networks.deletedSubnets);
  await scanLinks(run, reading.links, frontendAddresses(uses));
  await endLinkNames(run, lease, { claims, subscriptions: [...reading.links.keys()] });
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

interface Read {
  readonly reading: Reading;
  readonly claims: ScannedClaims;
}

interface Scanning extends Read {
  readonly lease: Lease;
}

interface Scanned {
  readonly written: number;
  readonly missed: number;
  readonly row: SubnetRow;
}

const NONE: ReadonlyMap<string, AddressUse> = new Map();

/**
 * A row that changes meanwhile keeps what it then says. If another scan has begun since, the rows may be newer than our lists: then
 * nothing is written.
 */
async function scanSubnet(
  run: Run,
  subnet: CountedSubnet,
  { reading, lease, claims }: Scanning,
): Promise<Scanned> {
  const partition = canonicalId(subnet.id);
  const { incomplete } = reading;
  const evidence = evidenceOf(subnet, { uses: reading.uses.get(partition) ?? NONE, incomplete });
  const rows = await Array.fromAsync(run.ports.tables.addresses.list(partition));
  // Of a million addresses few are claimed.
  const claimed = rows.filter(({ value }) => value.claims !== undefined);
  const nowUtc = run.now().toISOString();
  const ended = await endedAddresses(run, claims.claimants, unassignedOf(claimed, evidence, nowUtc));
  const at = { nowUtc, ended, sequenceOf: claims.sequenceOf };
  const writes = planRows(rows, evidence, at);
  if (writes.length > 0) await lease.demand();
  await writeRows<AddressRow>(run.ports.tables.addresses, partition, writes);
  const confirmed = newlyConfirmed(claimed, evidence.uses, at);
  for (const [cluster, keys] of confirmed) await unmark(run, { cluster, partition }, keys);
  recordClaims(run, countClaims(claimed, confirmed, at));
  const kept = keptAssignments(rows, evidence, nowUtc);
  return {
    written: writes.length,
    missed: kept.filter(({ assignment }) => assignment.missedAtUtc !== undefined).length,
    row: toRow(run, subnet, { evidence, kept, reading, claimed: claimedOf(claimed, { evidence, kept, at }) }),
  };
}

function unassignedOf(rows: readonly Row<AddressRow>[], evidence: Evidence, nowUtc: string): Unassigned[] {
  return rows.map((row) => {
    const use = evidence.uses.get(row.key);
    return { row, assignment: assignmentNow(row.value, { use, evidence, nowUtc }) };
  });
}

/** Addresses that Services claim and that Azure does not assign yet. */
function claimedOf(
  rows: readonly Row<AddressRow>[],
  {
    evidence,
    kept,
    at,
  }: { readonly evidence: Evidence; readonly kept: readonly Kept[]; readonly at: ClaimsNow },
): string[] {
  const assigned = new Set([...evidence.uses.keys(), ...kept.map(({ key }) => key)]);
  const free = rows.filter(({ key }) => !assigned.has(key));
  return free.flatMap((row) => (claimsNow(row, undefined, at).length > 0 ? [row.value.address] : []));
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

function recordClaims({ ports }: Run, counts: ReturnType<typeof countClaims>): void {
  for (const outcome of ["confirmed", "expired", "ended"] as const)
    if (counts[outcome] > 0) ports.metrics.record("mooring.claims", counts[outcome], { outcome });
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

interface Found {
  readonly evidence: Evidence;
  readonly kept: readonly Kept[];
  readonly reading: Reading;
  /** Addresses that are claimed only. */
  readonly claimed: readonly string[];
}

function toRow(run: Run, subnet: CountedSubnet, { evidence, kept, reading, claimed }: Found): SubnetRow {
  const { uses } = evidence;
  const { id, vnetId, name, prefixes, delegations, linkNetworkPolicies } = subnet;
  const assignments = kept.map(({ assignment }) => assignment);
  const unknownUses = countUnknown(evidence, assignments);
  const unseen = kept.filter(({ assignment }) => assignment.missedAtUtc === undefined);
  const taken = [...[...uses.values(), ...kept].map(({ address }) => address), ...claimed];
  return {
    id,
    vnetId,
    name,
    prefixes,
    delegations,
    linkNetworkPolicies,
    usableAddresses: usableAddresses(prefixes),
    usedAddresses: uses.size + kept.length + unknownUses + claimed.length,
    heldBy: countHolders({
      holders: [...uses.values(), ...assignments],
      claimed: claimed.length,
      unknown: unknownUses,
    }),
    unknownUses,
    ...(claimed.length > 0 && { claimedAddresses: claimed.length }),
    fullRanges: fullRanges(prefixes, taken),
    digests: digestsOf([...uses, ...unseen.map(({ key, assignment }) => [key, assignment] as const)]),
    scannedAtUtc: scannedAt(run, id, { unknownUses, reading }),
  };
}

/** What a failed list would have shown is missing: then the subnet is as old as its last complete scan. */
function scannedAt(
  run: Run,
  id: string,
  { unknownUses, reading }: { readonly unknownUses: number; readonly reading: Reading },
): string {
  const before = reading.networks.recorded.get(canonicalId(id));
  const isComplete = unknownUses === 0 || reading.failures.length === 0;
  return isComplete || !before ? run.now().toISOString() : before.scannedAtUtc;
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
