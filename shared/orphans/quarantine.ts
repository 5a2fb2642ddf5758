/** Keeps proved orphans through their grace; what comes back to life leaves at once. Partition `all`; key = canonical id. */
import { noteReleased } from "../changes/journalStore.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { Candidate } from "./classify.ts";
import type { OrphanKind, Quarantined } from "./model.ts";
import { deletion } from "./planSweep.ts";
import { subjectOf } from "./subject.ts";
import { isHeardOf, type ClusterView, type World } from "./world.ts";

const PARTITION = "all";

export async function listQuarantine(run: Run): Promise<Quarantined[]> {
  const rows = await Array.fromAsync(run.ports.tables.quarantine.list(PARTITION));
  return rows.map(({ value }) => value);
}

export interface Judged {
  readonly candidates: readonly Candidate[];
  /** What they were judged on. */
  readonly world: World;
  readonly policy: Policy;
}

/** The rows as `updateQuarantine` would leave them; nothing is written. */
export async function previewQuarantine(run: Run, judged: Judged): Promise<Quarantined[]> {
  return provedRows(run, await listQuarantine(run), judged);
}

/**
 * Brings the quarantine in line with what is proved now, and gives the rows that are. A row whose proof cannot be had just now stays as
 * it is, and nothing may come of it; one that something speaks against, or that is no candidate any more, leaves.
 */
export async function updateQuarantine(run: Run, judged: Judged): Promise<Quarantined[]> {
  const suspects = new Map(judged.candidates.map((one) => [canonicalId(one.resourceId), one]));
  const rows = await listQuarantine(run);
  const before = new Map(rows.map((row) => [canonicalId(row.resourceId), row]));
  const after = provedRows(run, rows, judged);
  for (const row of after) await put(run, row, !before.has(canonicalId(row.resourceId)));
  for (const [key, row] of before) {
    const suspect = suspects.get(key);
    if (isUnreadable(judged.world, row) || (suspect && suspect.against.length === 0)) continue;
    await noteReleased(
      run,
      deletion(row),
      suspect?.against.join("; ") ?? "a Service uses it, or it does not exist any more",
    );
    await leave(run, row);
  }
  return after;
}

/** What could not be read is neither confirmed nor refuted. */
function isUnreadable({ unreadable }: World, { resourceId }: Quarantined): boolean {
  return unreadable.has(parseResourceId(resourceId)?.subscription.toLowerCase() ?? "");
}

function provedRows(run: Run, rows: readonly Quarantined[], judged: Judged): Quarantined[] {
  const { candidates, world } = judged;
  const before = new Map(rows.map((row) => [canonicalId(row.resourceId), row]));
  const proved = candidates.filter(({ verdict }) => verdict === "orphan");
  return proved.map((candidate) => {
    const known = before.get(canonicalId(candidate.resourceId));
    const isKept = known && !isOverturned(known, candidate, world);
    return toRow(run, candidate, { known: isKept ? known : undefined, judged });
  });
}

/** Its cluster reported since and was deleted now, or it is not what it was: what was known before proves nothing. */
function isOverturned(row: Quarantined, candidate: Candidate, world: World): boolean {
  const view = world.clusters.find((one) => one.cluster.name === row.cluster);
  if (view && isHeardOf(view, row.quarantinedAtUtc)) return true;
  return row.subject !== subjectOf(world, candidate) || row.identity !== view?.cluster.identity?.uid;
}

interface Known {
  readonly known: Quarantined | undefined;
  readonly judged: Judged;
}

function toRow(run: Run, candidate: Candidate, { known, judged: { policy, world } }: Known): Quarantined {
  const nowUtc = run.now().toISOString();
  const quarantinedAtUtc = known?.quarantinedAtUtc ?? nowUtc;
  const graceSeconds = graceOf(policy, candidate.kind);
  const deleteAfterUtc = new Date(Date.parse(quarantinedAtUtc) + graceSeconds * 1000).toISOString();
  return {
    resourceId: candidate.resourceId,
    kind: candidate.kind,
    cluster: candidate.cluster,
    reason: candidate.for.map(({ says }) => says).join("; "),
    evidence: candidate.for,
    quarantinedAtUtc,
    deleteAfterUtc,
    lastProvedAtUtc: nowUtc,
    subject: subjectOf(world, candidate),
    ...orderOf(candidate, { known, world, isFinal: known !== undefined && deleteAfterUtc <= nowUtc }),
  };
}

interface Order {
  readonly known: Quarantined | undefined;
  readonly world: World;
  /** Its grace period is over: what the cluster confirms from now on decides. */
  readonly isFinal: boolean;
}

/** The number that was noted first, or a new one if the resource was written since or its grace period ended. */
function orderOf(
  { cluster, version }: Candidate,
  { known, world, isFinal }: Order,
): Pick<Quarantined, "sequence" | "version" | "isFinal" | "identity"> {
  const view = world.clusters.find((one) => one.cluster.name === cluster);
  const identity = view?.cluster.identity?.uid;
  const marked = {
    ...(version !== undefined && { version }),
    ...(identity !== undefined && { identity }),
    ...(isFinal && { isFinal }),
  };
  const isKept = known?.version === version && Boolean(known?.isFinal) === isFinal;
  const kept = isKept ? known?.sequence : undefined;
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

async function put(run: Run, row: Quarantined, isNew: boolean): Promise<void> {
  await run.ports.tables.quarantine.transact(PARTITION, [
    { do: "put", key: canonicalId(row.resourceId), value: row },
  ]);
  if (isNew)
    run.log.info("quarantined", {
      resourceId: row.resourceId,
      cluster: row.cluster,
      deleteAfterUtc: row.deleteAfterUtc,
    });
}

/** The next sweep notes a new number, which the cluster has to confirm. */
export async function awaitAgain(run: Run, { isFinal: _none, ...row }: Quarantined): Promise<void> {
  await put(run, row, false);
}

/** Also how a deleted orphan's row goes. */
export async function leave(run: Run, { resourceId }: Quarantined): Promise<void> {
  await run.ports.tables.quarantine.transact(PARTITION, [{ do: "remove", key: canonicalId(resourceId) }]);
  run.log.info("left quarantine", { resourceId });
}
