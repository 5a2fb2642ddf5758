import * as z from "zod";
import { inParts, oneByOne } from "../shared/changes/parts.ts";
import { canonicalId, parseResourceId, resourceName, sameId } from "../shared/azure/resourceId.ts";
import { listHolds } from "../shared/orphans/hold.ts";
import { awaitsFirstReport, type Hold } from "../shared/orphans/model.ts";
import { listQuarantine } from "../shared/orphans/quarantine.ts";
import { listRestorable, readSuspects, type Restorable, type Suspect } from "../shared/orphans/suspects.ts";
import { previewDue, recordSwept, requestAwaited, sweepAlone } from "../shared/orphans/sweep.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import { demandUndo } from "./journal.ts";
import { demandKey, keyOf } from "./key.ts";
import { Orphan, Orphans, Outcome, Restore, SweepOutcome } from "./model.ts";
import { clusterFilter, demandFilters } from "./filters.ts";
import { defineOperation } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { carryOut, planning } from "./plans.ts";
import { ApiProblem } from "./problem.ts";
import { recently } from "./recent.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const Key = z.strictObject({ key: z.string().min(1).max(2048) });
const DAY = 24 * 3600 * 1000;
const RESTORABLE_DAYS = 30;

const Filter = z.strictObject({
  kind: Orphan.shape.kind.optional(),
  cluster: z.string().toLowerCase().optional(),
  verdict: Orphan.shape.verdict.optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

export const orphans = [
  defineOperation({
    name: "listOrphans",
    method: "GET",
    path: "/orphans",
    summary:
      "List orphan candidates with their evidence, and resources that sweeps deleted in the last 30 days",
    role: "Mooring.Reader",
    query: Filter,
    response: Orphans,
    handle: async ({ run, query }) => {
      const sinceUtc = new Date(run.now().getTime() - RESTORABLE_DAYS * DAY).toISOString();
      const [{ policy }, { all, unreadable }, deleted] = await waitForAll([
        readPolicy(run),
        listShown(run),
        query.continuation === undefined ? listRestorable(run, sinceUtc) : [],
      ]);
      await demandFilters([clusterFilter(run, query.cluster, all)]);
      const matching = all.filter((orphan) => fits(orphan, query));
      const page = pageOf(matching, ({ resourceId }) => canonicalId(resourceId), {
        ...query,
        show: (orphan) => orphan,
      });
      return { body: { mode: policy.modes.sweep, ...page, unreadable, deleted: deleted.map(showDeleted) } };
    },
  }),
  defineOperation({
    name: "getOrphan",
    method: "GET",
    path: "/orphans/{key}",
    summary: "Get an orphan candidate",
    role: "Mooring.Reader",
    params: Key,
    response: Orphan,
    handle: async ({ run, params }) => ({ body: await demand(run, params.key) }),
  }),
  defineOperation({
    name: "sweepOrphans",
    method: "POST",
    path: "/orphans/sweep",
    summary:
      "Delete due orphans after verifying each again. Returns the clusters that must confirm first, and requests their lists",
    role: "Mooring.Operator",
    query: planning,
    response: SweepOutcome,
    errors: [412, 428],
    handle: async (call) => {
      const { run, app } = call;
      const due = await previewDue(run);
      const reply = await carryOut(call, {
        ...due,
        apply: sweepAlone(app.apply, due.parts),
        prepare: () => requestAwaited(run, due),
        why: "manual sweep",
      });
      await recordSwept(run, due.quarantined, reply.results);
      const { awaited, unreadable } = due;
      return { ...reply, body: { ...reply.body, awaited: [...awaited], unreadable: [...unreadable.keys()] } };
    },
  }),
  defineOperation({
    name: "restoreOrphan",
    method: "POST",
    path: "/orphans/restore",
    summary: "Restore a resource that a sweep deleted",
    role: "Mooring.Operator",
    query: planning,
    body: Restore,
    response: Outcome,
    errors: [412, 428],
    handle: async (call) => {
      const { journalId } = call.body;
      const { plan, losses } = await demandUndo(call.run, journalId);
      const apply = inParts(call.app.apply, oneByOne(plan));
      return carryOut(call, { plan, losses, apply, why: `restore of ${journalId}` });
    },
  }),
];

interface Shown {
  readonly all: readonly Orphan[];
  readonly unreadable: string[];
}

/** Azure data may be some seconds old; holds and quarantine are current. */
async function listShown(run: Run): Promise<Shown> {
  const [{ suspects, unreadable }, rows, holds] = await waitForAll([
    recently(run, "suspects", () => readSuspects(run)),
    listQuarantine(run),
    listHolds(run),
  ]);
  const byId = new Map(rows.map((row) => [canonicalId(row.resourceId), row]));
  const all = suspects.map(({ candidate }) =>
    showOrphan({ candidate, row: byId.get(canonicalId(candidate.resourceId)) }, holds),
  );
  return { all, unreadable: [...unreadable] };
}

async function demand(run: Run, key: string): Promise<Orphan> {
  const id = demandKey(key);
  const { all, unreadable } = await listShown(run);
  const found = all.find(({ resourceId }) => sameId(resourceId, id));
  if (found) return found;
  const subscription = parseResourceId(id)?.subscription.toLowerCase() ?? "";
  if (unreadable.includes(subscription))
    throw new ApiProblem(
      503,
      `Subscription ${subscription} could not be read. Run mooring doctor to find the cause.`,
    );
  throw new ApiProblem(
    404,
    "Not an orphan candidate: the resource is in use, belongs to no registered cluster, or does not exist",
  );
}

function fits(orphan: Orphan, { kind, cluster, verdict }: Filter): boolean {
  if (kind !== undefined && orphan.kind !== kind) return false;
  if (cluster !== undefined && orphan.cluster !== cluster) return false;
  return verdict === undefined || orphan.verdict === verdict;
}

function showOrphan({ candidate, row }: Suspect, holds: readonly Hold[]): Orphan {
  const { resourceId, kind, cluster, verdict, against, missing } = candidate;
  const held = holds.find((one) => sameId(one.resourceId, resourceId));
  return {
    key: keyOf(resourceId),
    resourceId,
    name: resourceName(resourceId),
    kind,
    cluster,
    verdict,
    for: candidate.for.map(({ says, source, atUtc, version }) => ({
      says,
      source,
      atUtc,
      ...(version && { version }),
    })),
    against: [...against],
    missing: [...missing],
    ...(row && {
      quarantine: {
        reason: row.reason,
        sinceUtc: row.quarantinedAtUtc,
        deleteAfterUtc: row.deleteAfterUtc,
        awaitsFirstReport: awaitsFirstReport(row),
        lastProvedAtUtc: row.lastProvedAtUtc,
      },
    }),
    ...(held && { hold: { who: held.who, why: held.why, sinceUtc: held.sinceUtc } }),
  };
}

function showDeleted({ entry, losses }: Restorable): Orphans["deleted"][number] {
  const { id, change, completedAtUtc, intendedAtUtc } = entry;
  return {
    journalId: id,
    resourceId: change.resourceId,
    name: resourceName(change.resourceId),
    atUtc: completedAtUtc ?? intendedAtUtc,
    losses: [...losses],
  };
}
