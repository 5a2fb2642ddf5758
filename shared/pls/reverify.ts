/**
 * Last verification of changes that a declaration requires. Between plan and write the cluster may confirm a
 * withdrawal, the Service may be deleted, or policy may get narrower: nothing is opened that a plan from current
 * reads does not open as well. Decisions and undos by operators do not depend on the declaration and do not use it.
 */
import type { ApplyOptions } from "../changes/applied.ts";
import { openedBy } from "../changes/guards.ts";
import { isListEdit, isRemoval, type Change, type Edit, type Plan } from "../changes/plan.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { planById } from "./planFor.ts";
import { PATHS } from "./planPls.ts";

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
  const opened = widenedBy(change);
  if (opened.length === 0) return undefined;
  const stillOpened = new Set((await planAgain(run, change)).flatMap(openedBy));
  return opened.every((one) => stillOpened.has(one)) ? undefined : "the declaration changed since the plan";
}

function widenedBy(change: Change): readonly string[] {
  if (change.action !== "update") return [];
  return openedBy({ ...change, edits: change.edits.filter((edit) => !isFromEveryone(edit)) });
}

/** Any list is narrower than a visibility of `*`; in auto-approval `*` includes no subscription. */
function isFromEveryone(edit: Edit): boolean {
  if (isListEdit(edit) || edit.path !== PATHS.visibility) return false;
  return Array.isArray(edit.before) && edit.before.includes("*");
}

/** What a new plan changes at the same resource; nothing if its Private Link Service does not exist any more. */
async function planAgain(run: Run, { resourceId, capability }: Change): Promise<readonly Change[]> {
  const planned = await planById(run, parseResourceId(resourceId)?.parentId ?? resourceId);
  const changes = planned?.plan.changes ?? [];
  return changes.filter((one) => one.capability === capability && sameId(one.resourceId, resourceId));
}
