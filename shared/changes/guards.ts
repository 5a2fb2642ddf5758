/**
 * Guards: reasons not to write although a plan says so and policy allows it. Each is a pure function of what was just read
 * under the resource's lease; the first that speaks ends the plan.
 */
import type { Policy } from "../policy.ts";
import { sameValue, valueAt } from "./body.ts";
import { isTaggedOff } from "./offTag.ts";
import { CLUSTER_TAG, OWNER_TAG } from "../links/owner.ts";
import { isListEdit, isRemoval, type Change } from "./plan.ts";
import type { Lock, Resource } from "./resources.ts";

export interface GuardInput {
  readonly change: Change;
  /** Absent: the change is to make it. */
  readonly actual: Resource | undefined;
  readonly locks: readonly Lock[];
  readonly policy: Policy;
  readonly nowUtc: string;
  /** Evidence from before this time proves nothing about now. */
  readonly freshSinceUtc: string;
  /** Somebody stopped all writing. */
  readonly stopped: boolean;
  /** Deletes already made: by this run, and in the last 24 hours. */
  readonly deletes: { readonly run: number; readonly day: number };
  /** Load balancers, links and connections that the plan was made from. */
  readonly inSight: number;
  /** How often these very fields were repaired within the last hour. */
  readonly repairs: number;
}

export interface Refusal {
  readonly guard: string;
  readonly why: string;
}

type Guard = (input: GuardInput) => string | undefined;

const stopped: Guard = (input) => (input.stopped ? "writing is stopped" : undefined);

// Times are ISO 8601 in UTC throughout, so their text order is their time order.
const frozen: Guard = ({ policy, nowUtc }) => {
  const window = policy.freeze.find(({ fromUtc, toUtc }) => nowUtc >= fromUtc && nowUtc < toUtc);
  return window && `frozen until ${window.toUtc}: ${window.why}`;
};

const tagged: Guard = ({ actual, change, policy }) => {
  if (isTaggedOff(actual?.tags ?? {})) return "the resource is tagged mooring: off";
  const tags = Object.entries(actual?.tags ?? {}).map(([key, value]) => `${key}=${value}`.toLowerCase());
  const never = policy.scope[change.capability].excludeTags;
  const tag = never.find((one) => tags.includes(one.toLowerCase()));
  return tag && `the resource is tagged ${tag}, which policy excludes`;
};

/** Read again under the lease: what the controller does not mark as its own is not ours to write. */
const notOurs: Guard = ({ actual, change }) => {
  const isLink = /\/providers\/microsoft\.network\/privatelinkservices\/[^/]+$/i.test(change.resourceId);
  if (!isLink || !actual) return undefined;
  const missing = [CLUSTER_TAG, OWNER_TAG].filter((tag) => actual.tags[tag] === undefined);
  return missing.length === 0 ? undefined : `the controller's tags are not on it: ${missing.join(", ")}`;
};

const locked: Guard = ({ change, locks }) => {
  const lock = locks.find(({ level }) => level === "ReadOnly" || isRemoval(change));
  return lock && `management lock ${lock.id} (${lock.level})`;
};

const unproved: Guard = ({ change }) =>
  change.evidence.length === 0 ? "the change rests on no evidence" : undefined;

/** What was seen too long ago proves nothing about now. */
const stale: Guard = ({ change, freshSinceUtc }) => {
  const old = change.evidence.find(({ atUtc }) => atUtc < freshSinceUtc);
  return old && `evidence is too old: ${old.says} (${old.atUtc})`;
};

const unsettled: Guard = ({ actual }) =>
  actual === undefined || actual.provisioningState === "Succeeded"
    ? undefined
    : `the resource is ${actual.provisioningState || "in an unknown state"}`;

const changedSincePlanned: Guard = ({ change, actual }) => {
  if (change.action !== "update" || !actual) return undefined;
  const moved = change.edits.find(
    (edit) => !isListEdit(edit) && !sameValue(valueAt(actual.body, edit.path), edit.before),
  );
  return moved && `${moved.path} changed since the plan was made`;
};

const blastRadius: Guard = ({ change, policy, deletes, inSight }) => {
  if (!isRemoval(change)) return undefined;
  if (deletes.run >= policy.maxDeletesPerRun)
    return `${deletes.run} deletes in this run, policy allows ${policy.maxDeletesPerRun}`;
  if (deletes.day >= policy.maxDeletesPerDay)
    return `${deletes.day} deletes in 24 hours, policy allows ${policy.maxDeletesPerDay}`;
  const percent = inSight > 0 ? ((deletes.run + 1) * 100) / inSight : 100;
  return percent > policy.maxDeletePercent
    ? `would delete ${percent.toFixed(0)} % of what is in sight, policy allows ${policy.maxDeletePercent} %`
    : undefined;
};

/** Who writes the same field again and again has a reason: two machines at it would never end. */
const fighting: Guard = ({ policy, repairs }) =>
  repairs >= policy.links.maxRepairsPerHour
    ? `repaired ${repairs} times within an hour: another writer keeps changing it back`
    : undefined;

const GUARDS: Readonly<Record<string, Guard>> = {
  stopped,
  frozen,
  tagged,
  "not-ours": notOurs,
  locked,
  unproved,
  stale,
  unsettled,
  "changed-since-planned": changedSincePlanned,
  "blast-radius": blastRadius,
  fighting,
};

/** The first guard that refuses, with its reason; `undefined` if the change may be written. */
export function refusedBecause(input: GuardInput): Refusal | undefined {
  for (const [guard, check] of Object.entries(GUARDS)) {
    const why = check(input);
    if (why) return { guard, why };
  }
  return undefined;
}
