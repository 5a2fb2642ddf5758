/** Scans one subnet: updates its address rows and its own row. */
import { usableAddresses } from "../azure/addressRange.ts";
import type { AddressUse, CountedSubnet } from "../azure/networkModel.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Lease } from "../storage/lease.ts";
import type { Row } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { unmark } from "./claimQuota.ts";
import { digestsOf } from "./digest.ts";
import { endedAddresses, type ScannedClaims, type Unassigned } from "./endClaims.ts";
import { countUnknown, evidenceOf, type Evidence } from "./evidence.ts";
import { fullRanges } from "./fullRanges.ts";
import { countHolders } from "./heldBy.ts";
import type { AddressRow, SubnetRow } from "./model.ts";
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
import type { Reading } from "./readAzure.ts";

export interface Read {
  readonly reading: Reading;
  readonly claims: ScannedClaims;
}

export interface Scanning extends Read {
  readonly lease: Lease;
}

export interface Scanned {
  readonly written: number;
  readonly missed: number;
  readonly row: SubnetRow;
}

const NONE: ReadonlyMap<string, AddressUse> = new Map();

/**
 * A row that changes in the meantime keeps its new value. If another scan has started, the rows may be newer
 * than the lists of this one: then nothing is written.
 */
export async function scanSubnet(
  run: Run,
  subnet: CountedSubnet,
  { reading, lease, claims }: Scanning,
): Promise<Scanned> {
  const partition = canonicalId(subnet.id);
  const { incomplete } = reading;
  const evidence = evidenceOf(subnet, { uses: reading.uses.get(partition) ?? NONE, incomplete });
  const rows = await Array.fromAsync(run.ports.tables.addresses.list(partition));
  // Few of up to a million addresses are claimed.
  const claimed = rows.filter(({ value }) => value.claims !== undefined);
  const nowUtc = run.now().toISOString();
  const unassigned = unassignedOf(claimed, evidence, nowUtc);
  const ended = await endedAddresses(run, claims, { rows: unassigned, evidence });
  const at = { nowUtc, ended, sequenceOf: claims.sequenceOf };
  const writes = planRows(rows, evidence, at);
  if (writes.length > 0) await lease.demand();
  await writeRows<AddressRow>(run.ports.tables.addresses, partition, writes);
  const confirmed = newlyConfirmed(claimed, evidence.uses, at);
  await unmark(run, partition, confirmed);
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
  const keys = new Set(kept.map(({ key }) => key));
  const free = rows.filter(({ key }) => !evidence.uses.has(key) && !keys.has(key));
  return free.flatMap((row) => (claimsNow(row, undefined, at).length > 0 ? [row.value.address] : []));
}

function recordClaims({ ports }: Run, counts: ReturnType<typeof countClaims>): void {
  for (const outcome of ["confirmed", "expired", "ended"] as const)
    if (counts[outcome] > 0) ports.metrics.record("mooring.claims", counts[outcome], { outcome });
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
  const { id, vnetId, name, prefixes, delegations, plsNetworkPolicies } = subnet;
  const assignments = kept.map(({ assignment }) => assignment);
  const unknownUses = countUnknown(evidence, assignments);
  const unseen = kept.filter(({ assignment }) => assignment.missedAtUtc === undefined);
  const holders = [...uses.values(), ...kept.map(({ address, assignment }) => ({ ...assignment, address }))];
  const taken = [...holders.map(({ address }) => address), ...claimed];
  return {
    id,
    vnetId,
    name,
    prefixes,
    delegations,
    plsNetworkPolicies,
    usableAddresses: usableAddresses(prefixes),
    usedAddresses: uses.size + kept.length + unknownUses + claimed.length,
    heldBy: countHolders({ holders, claimed: claimed.length, unknown: unknownUses }),
    unknownUses,
    ...(claimed.length > 0 && { claimedAddresses: claimed.length }),
    fullRanges: fullRanges(prefixes, taken),
    digests: digestsOf([...uses, ...unseen.map(({ key, assignment }) => [key, assignment] as const)]),
    scannedAtUtc: scannedAt(run, id, { unknownUses, reading }),
  };
}

/** With a failed list the data is incomplete: the subnet keeps the time of its last complete scan. */
function scannedAt(
  run: Run,
  id: string,
  { unknownUses, reading }: { readonly unknownUses: number; readonly reading: Reading },
): string {
  const before = reading.networks.recorded.get(canonicalId(id));
  const isComplete = unknownUses === 0 || reading.failures.length === 0;
  return isComplete || !before ? run.now().toISOString() : before.scannedAtUtc;
}
