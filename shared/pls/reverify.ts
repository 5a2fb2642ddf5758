/**
 * Last verification of changes that a declaration requires. Between plan and write the cluster may confirm a
 * withdrawal, the Service may be deleted, or policy may get narrower: nothing is opened that a plan from current
 * reads does not open as well. Decisions and undos by operators do not depend on the declaration and do not use it.
 */
import type { ApplyOptions } from "../changes/applied.ts";
import { openedBy } from "../changes/opened.ts";
import { isRemoval, type Change, type Plan } from "../changes/plan.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import { isOlder } from "../declarations/service.ts";
import { proposalsOf } from "../declarations/proposals.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import { planById } from "./planFor.ts";

/** Options to apply a plan of `plsPlanner`, or a part of one. Changes that only narrow access are not verified again. */
export function reverified(
  run: Run,
  { changes }: Plan,
): ApplyOptions & Required<Pick<ApplyOptions, "stillTrue">> {
  return { inSight: changes.length, stillTrue: (change) => refutation(run, change) };
}

async function refutation(run: Run, change: Change): Promise<string | undefined> {
  // A declaration is no reason to delete: only a sweep has the proof that a delete requires.
  if (isRemoval(change)) return "a delete requires a final verification";
  const opened = openedBy(change);
  if (opened.length === 0) return undefined;
  const { owner, isOpened } = await planAgain(run, change);
  if (!opened.every(isOpened)) return "the declaration changed since the plan";
  for (const proposed of await pendingOf(run, owner)) {
    const withProposal = await planAgain(run, change, proposed);
    if (!opened.every(withProposal.isOpened))
      return "admission accepted a request that withdraws it, and the cluster has neither confirmed nor refused it";
  }
  return undefined;
}

/** Requests that may have changed the Service since its cluster confirmed it. They do not open anything, and prevent opening. */
async function pendingOf(run: Run, owner: Declared | undefined): Promise<readonly Declared[]> {
  if (!owner) return [];
  return (await proposalsOf(run, owner)).filter((one) => one.uid === owner.uid && !isDecided(one, owner));
}

/**
 * True for an update of a version that existed before the confirmed one: the API server has accepted or refused it. Without a version, as in
 * a delete, a request may still be pending.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
function isDecided({ resourceVersion, deletedAtUtc }: Declared, confirmed: Declared): boolean {
  if (deletedAtUtc !== undefined || resourceVersion === undefined) return false;
  return confirmed.resourceVersion !== undefined && isOlder(resourceVersion, confirmed.resourceVersion);
}

interface Planned {
  readonly owner?: Declared | undefined;
  readonly isOpened: (what: string) => boolean;
}

/** What a new plan opens at the same resource; nothing if its Private Link Service does not exist any more. */
async function planAgain(
  run: Run,
  { resourceId, capability }: Change,
  proposed?: Declared,
): Promise<Planned> {
  const planned = await planById(run, parseResourceId(resourceId)?.parentId ?? resourceId, proposed);
  const changes = (planned?.plan.changes ?? []).filter(
    (one) => one.capability === capability && sameId(one.resourceId, resourceId),
  );
  const opened = new Set(changes.flatMap(openedBy));
  return { owner: planned?.owner, isOpened: (what) => opened.has(what) };
}
