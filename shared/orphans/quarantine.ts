/** Keeps proved orphans through their grace; what comes back to life leaves at once. Partition `all`; key = canonical id. */
import { noteReleased } from "../changes/journalStore.ts";
import { canonicalId } from "../network/resourceId.ts";
import type { Policy } from "../policy.ts";
import type { Run } from "../ports.ts";
import type { Candidate } from "./classify.ts";
import type { Quarantined } from "./model.ts";
import { deletion } from "./planSweep.ts";
import { isHeardOf, type World } from "./world.ts";

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
    if (suspect && suspect.against.length === 0) continue;
    await noteReleased(
      run,
      deletion(row),
      suspect?.against.join("; ") ?? "a living Service accounts for it, or it is gone",
    );
    await leave(run, row);
  }
  return after;
}

function provedRows(
  run: Run,
  rows: readonly Quarantined[],
  { candidates, world, policy }: Judged,
): Quarantined[] {
  const before = new Map(rows.map((row) => [canonicalId(row.resourceId), row]));
  const proved = candidates.filter(({ verdict }) => verdict === "orphan");
  return proved.map((candidate) => {
    const known = before.get(canonicalId(candidate.resourceId));
    return toRow(run, candidate, { known: known && isOverturned(known, world) ? undefined : known, policy });
  });
}

/** The cluster has spoken since, and is gone now: what was known before it spoke is worth nothing, and its grace begins anew. */
function isOverturned({ cluster, quarantinedAtUtc }: Quarantined, world: World): boolean {
  const view = world.clusters.find((one) => one.cluster.name === cluster);
  return view !== undefined && isHeardOf(view, quarantinedAtUtc);
}

interface Known {
  readonly known: Quarantined | undefined;
  readonly policy: Policy;
}

function toRow(run: Run, candidate: Candidate, { known, policy }: Known): Quarantined {
  const nowUtc = run.now().toISOString();
  const graceSeconds = policy.sweepGraceByKind[candidate.kind] ?? policy.sweepGraceSeconds;
  const quarantinedAtUtc = known?.quarantinedAtUtc ?? nowUtc;
  return {
    resourceId: candidate.resourceId,
    kind: candidate.kind,
    cluster: candidate.cluster,
    reason: candidate.for.map(({ says }) => says).join("; "),
    evidence: candidate.for,
    quarantinedAtUtc,
    deleteAfterUtc: new Date(Date.parse(quarantinedAtUtc) + graceSeconds * 1000).toISOString(),
    lastProvedAtUtc: nowUtc,
  };
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

/** Also how a deleted orphan's row goes. */
export async function leave(run: Run, { resourceId }: Quarantined): Promise<void> {
  await run.ports.tables.quarantine.transact(PARTITION, [{ do: "remove", key: canonicalId(resourceId) }]);
  run.log.info("left quarantine", { resourceId });
}
