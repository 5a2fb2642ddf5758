/** Keeps proved orphans for their grace period; what is used again leaves at once. Partition `all`; key = canonical id. */
import { noteReleased } from "../changes/journalStore.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Version } from "../ports/table.ts";
import type { Candidate } from "./classify.ts";
import type { OrphanKind, Quarantined } from "./model.ts";
import { deletion } from "./planSweep.ts";
import { subjectOf } from "./subject.ts";
import { isHeardOf, type ClusterView, type World } from "./world.ts";

const PARTITION = "all";

export async function listQuarantine(run: Run): Promise<Quarantined[]> {
  return (await readQuarantine(run)).map(({ value }) => value);
}

/** With their versions. A sweep reads them before it reads Azure: rows that change later were written on newer evidence. */
export function readQuarantine(run: Run): Promise<Row<Quarantined>[]> {
  return Array.fromAsync(run.ports.tables.quarantine.list(PARTITION));
}

export interface Judged {
  readonly candidates: readonly Candidate[];
  /** What they were judged on. */
  readonly world: World;
  readonly policy: Policy;
}

/**
 * Brings the quarantine in line with what is proved now, and returns the rows that are. A row whose proof is not available stays as it
 * is and is not returned; one that has evidence against it, or that is no candidate any more, leaves. A row that
 * another sweep wrote since `rows` were read stays as that sweep wrote it, and is not returned.
 */
export async function updateQuarantine(
  run: Run,
  judged: Judged,
  rows: readonly Row<Quarantined>[],
): Promise<Quarantined[]> {
  const before = new Map(rows.map((row) => [row.key, row]));
  const values = rows.map(({ value }) => value);
  const after: Quarantined[] = [];
  for (const row of previewQuarantine(run, judged, values))
    if (await write(run, row, before.get(canonicalId(row.resourceId)))) after.push(row);
  await releaseRefuted(run, judged, rows);
  return after;
}

async function releaseRefuted(
  run: Run,
  { candidates, world }: Judged,
  rows: readonly Row<Quarantined>[],
): Promise<void> {
  const suspects = new Map(candidates.map((one) => [canonicalId(one.resourceId), one]));
  for (const { key, value, version } of rows) {
    const suspect = suspects.get(key);
    if (suspect ? suspect.against.length === 0 : isUnreadable(world, value)) continue;
    await noteReleased(
      run,
      deletion(value),
      suspect?.against.join("; ") ?? "a Service uses it, or it does not exist any more",
    );
    await leave(run, value, version);
  }
}

/**
 * What could not be read is neither confirmed nor refuted. Without the state of its cluster, a frontend or rule
 * is no candidate, because no Service is recorded that uses what else is on its load balancer.
 */
function isUnreadable({ unreadable, clusters }: World, { resourceId, cluster: name }: Quarantined): boolean {
  if (unreadable.has(parseResourceId(resourceId)?.subscription.toLowerCase() ?? "")) return true;
  return clusters.find(({ cluster }) => cluster.name === name)?.state === "unknown";
}

/** The rows as `updateQuarantine` would leave them, of what is proved; nothing is written. Pure but for the clock. */
export function previewQuarantine(
  run: Pick<Run, "now">,
  judged: Judged,
  rows: readonly Quarantined[],
): Quarantined[] {
  const { candidates, world } = judged;
  const before = new Map(rows.map((row) => [canonicalId(row.resourceId), row]));
  const proved = candidates.filter(({ verdict }) => verdict === "orphan");
  return proved.map((candidate) => {
    const known = before.get(canonicalId(candidate.resourceId));
    const isKept = known && !isOverturned(known, candidate, world);
    return toRow(run, candidate, { known: isKept ? known : undefined, judged });
  });
}

/** Its cluster reported since and was deleted now, or it changed: what was recorded before proves nothing. */
function isOverturned(row: Quarantined, candidate: Candidate, world: World): boolean {
  const view = world.clusters.find((one) => one.cluster.name === row.cluster);
  if (view && isHeardOf(view, row.quarantinedAtUtc)) return true;
  // A Service may have declared it again and withdrawn it between two sweeps: only the version shows it.
  if (row.version !== candidate.version) return true;
  const { uid, boundAtUtc } = view?.cluster.identity ?? {};
  if (row.identity !== uid || row.boundAtUtc !== boundAtUtc) return true;
  return row.subject !== subjectOf(world, candidate);
}

interface Known {
  readonly known: Quarantined | undefined;
  readonly judged: Judged;
}

function toRow(
  run: Pick<Run, "now">,
  candidate: Candidate,
  { known, judged: { policy, world } }: Known,
): Quarantined {
  const nowUtc = run.now().toISOString();
  const begun = known ? beginOf(known, world, nowUtc) : { quarantinedAtUtc: nowUtc };
  const { quarantinedAtUtc } = begun;
  const graceSeconds = graceOf(policy, candidate.kind);
  const deleteAfterUtc = new Date(Date.parse(quarantinedAtUtc) + graceSeconds * 1000).toISOString();
  return {
    resourceId: candidate.resourceId,
    kind: candidate.kind,
    cluster: candidate.cluster,
    reason: candidate.for.map(({ says }) => says).join("; "),
    evidence: candidate.for,
    ...begun,
    deleteAfterUtc,
    lastProvedAtUtc: nowUtc,
    subject: subjectOf(world, candidate),
    ...(known?.failedAtUtc && { failedAtUtc: known.failedAtUtc }),
    ...orderOf(candidate, { known, world, isFinal: known !== undefined && deleteAfterUtc <= nowUtc }),
  };
}

/**
 * When the grace period began. What proved a resource an orphan first may be older than the resource, and its Service may have lived since:
 * it begins with the first sweep after a list that is newer than what was read from Azure. That list may still show the Service.
 */
function beginOf(
  known: Quarantined,
  { clusters }: World,
  nowUtc: string,
): Pick<Quarantined, "quarantinedAtUtc" | "isConfirmed"> {
  const { quarantinedAtUtc, sequence, kind } = known;
  if (known.isConfirmed) return { quarantinedAtUtc, isConfirmed: true };
  const view = clusters.find((one) => one.cluster.name === known.cluster);
  // A deleted cluster reports nothing, and a connection needs no report.
  const confirmed = view?.state !== "present" || kind === "connection" ? undefined : view.feed?.confirmed;
  if (!confirmed || confirmed.sequence <= sequence) return { quarantinedAtUtc };
  return { quarantinedAtUtc: nowUtc, isConfirmed: true };
}

interface Order {
  readonly known: Quarantined | undefined;
  readonly world: World;
  /** Its grace period is over: what the cluster confirms from now on decides. */
  readonly isFinal: boolean;
}

/** The number that was noted first, or a new one if its grace period ended. */
function orderOf(
  { cluster, version }: Candidate,
  { known, world, isFinal }: Order,
): Pick<Quarantined, "sequence" | "version" | "isFinal" | "identity" | "boundAtUtc"> {
  const view = world.clusters.find((one) => one.cluster.name === cluster);
  const { uid: identity, boundAtUtc } = view?.cluster.identity ?? {};
  const marked = {
    ...(version !== undefined && { version }),
    ...(identity !== undefined && { identity }),
    ...(boundAtUtc !== undefined && { boundAtUtc }),
    ...(isFinal && { isFinal }),
  };
  const kept = Boolean(known?.isFinal) === isFinal ? known?.sequence : undefined;
  return { sequence: kept ?? newestOf(view), ...marked };
}

function newestOf(view: ClusterView | undefined): number {
  return view?.feed?.sequence ?? 0;
}

/** Seconds in quarantine: never less than it takes a silent cluster to be noticed and two lists to come. Pure. */
export function graceOf(policy: Policy, kind: OrphanKind): number {
  const asked = policy.sweepGraceByKind[kind] ?? policy.sweepGraceSeconds;
  return Math.max(asked, policy.declarations.listSeconds + policy.staleMinutes * 60);
}

/** Inserts the row, or replaces the version that was read. Returns false if another sweep wrote it meanwhile. */
async function write(run: Run, value: Quarantined, read: Row<Quarantined> | undefined): Promise<boolean> {
  const { resourceId, cluster, deleteAfterUtc } = value;
  const key = canonicalId(resourceId);
  const { ok } = await run.ports.tables.quarantine.transact(PARTITION, [
    read ? { do: "replace", key, value, version: read.version } : { do: "insert", key, value },
  ]);
  if (!ok) run.log.warn("quarantine row was changed by another sweep", { resourceId });
  else if (!read) run.log.info("quarantined", { resourceId, cluster, deleteAfterUtc });
  return ok;
}

/**
 * The next sweep notes a new number, which the cluster has to confirm. The row is read again, because an API request calls this without
 * the lease of the sweep: nothing but the mark changes.
 * @param isFailed its delete failed, or that of what it depends on
 */
export async function awaitAgain(run: Run, { resourceId }: Quarantined, isFailed = false): Promise<void> {
  const read = await run.ports.tables.quarantine.get(PARTITION, canonicalId(resourceId));
  if (!read) return;
  const { isFinal: _none, ...value } = read.value;
  const failed = isFailed && { failedAtUtc: run.now().toISOString() };
  await write(run, { ...value, ...failed }, read);
}

/** Also how a deleted orphan's row goes. @param version only if it is still this one; absent: any */
export async function leave(run: Run, { resourceId }: Quarantined, version?: Version): Promise<void> {
  const key = canonicalId(resourceId);
  const { ok } = await run.ports.tables.quarantine.transact(PARTITION, [
    { do: "remove", key, ...(version !== undefined && { version }) },
  ]);
  if (ok) run.log.info("left quarantine", { resourceId });
}
