/**
 * Guards: reasons not to write a planned change that policy allows. Each is a pure function of the state that
 * was just read under the lease of the resource; the first one that refuses ends the plan.
 */
import { resourceName, sameId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import { sameValue, valueAt } from "./body.ts";
import type { Unresolved } from "./dangling.ts";
import { isTaggedOff } from "./offTag.ts";
import { CLUSTER_TAG, OWNER_TAG } from "../declarations/plsOwner.ts";
import { openedBy } from "./opened.ts";
import { isListEdit, isRemoval, type Change, type EvidenceSource } from "./plan.ts";
import type { Protection } from "./protection.ts";
import type { Lock, Resource } from "../ports/resources.ts";

export interface GuardInput {
  readonly change: Change;
  /** Absent if the change creates it. */
  readonly actual: Resource | undefined;
  readonly locks: readonly Lock[];
  readonly policy: Policy;
  readonly nowUtc: string;
  /** Evidence before this time is stale. */
  readonly freshSinceUtc: string;
  /** An operator stopped all writes. */
  readonly stopped: boolean;
  /** Number of deletes: of this run, and of the last 24 hours. */
  readonly deletes: { readonly run: number; readonly day: number };
  /** Number of load balancers, Private Link Services and connections that the plan is based on. */
  readonly inSight: number;
  /** How often the same fields were repaired within the last hour. */
  readonly repairs: number;
  /** True if the declaration was confirmed after the last write of the resource. */
  readonly isConfirmedSince: boolean;
  /** Holds and tags on containers and contents of the resource. */
  readonly protection: Protection;
}

export interface Refusal {
  readonly guard: string;
  readonly why: string;
}

type Guard = (input: GuardInput) => string | undefined;

const stopped: Guard = (input) => (input.stopped ? "writes are stopped" : undefined);

// All times are ISO 8601 in UTC, so text order is time order.
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

/** A hold or an off tag also protects what contains the resource and what it contains. */
const held: Guard = ({ change, protection: { privateLinkService, loadBalancers, holds } }) => {
  const [hold] = holds;
  if (hold) return `${whichOf(hold.resourceId, change)} is on hold: ${hold.why}`;
  const containers = privateLinkService ? [privateLinkService, ...loadBalancers] : loadBalancers;
  const off = containers.find(({ tags }) => isTaggedOff(tags));
  return off && `${whichOf(off.id, change)} is tagged mooring: off`;
};

function whichOf(id: string, { resourceId }: Change): string {
  return sameId(id, resourceId) ? "the resource" : resourceName(id);
}

/** Read again under the lease: Mooring writes only resources that have the tags of the cloud controller. */
const notOurs: Guard = ({ actual, change }) => {
  const isPls = /\/providers\/microsoft\.network\/privatelinkservices\/[^/]+$/i.test(change.resourceId);
  if (!isPls || !actual) return undefined;
  const missing = [CLUSTER_TAG, OWNER_TAG].filter((tag) => actual.tags[tag] === undefined);
  return missing.length === 0 ? undefined : `the controller's tags are not on it: ${missing.join(", ")}`;
};

const locked: Guard = ({ change, locks }) => {
  const lock = locks.find(({ level }) => level === "ReadOnly" || isRemoval(change));
  return lock && `management lock ${lock.id} (${lock.level})`;
};

/**
 * Deleting and widening access need two observations, one of the cluster and one of Azure; for a deleted
 * cluster only Azure can report.
 */
const unproved: Guard = ({ change }) => {
  if (change.evidence.length === 0) return "the change has no evidence";
  if (isRemoval(change) && change.evidence.length < 2) return "a delete needs evidence from two observations";
  if (openedBy(change).length === 0) return undefined;
  const sources = new Set(change.evidence.map(({ source }) => source));
  // Who may see and use a Private Link Service is declared; a person decides only on a connection.
  const proofs = change.capability === "connections" ? DECIDED_BY : DECLARED_BY;
  return proofs.some((each) => sources.has(each)) && sources.has("Azure")
    ? undefined
    : `a change that widens access needs evidence from two sources: Azure, and ${proofs.join(" or ")}`;
};

const DECLARED_BY: readonly EvidenceSource[] = ["Kubernetes"];
const DECIDED_BY: readonly EvidenceSource[] = ["Kubernetes", "operator"];

/**
 * A write that is newer than the declaration may be one of the cloud controller, for a declaration that
 * Mooring has not received yet.
 */
const awaitingConfirmation: Guard = ({ isConfirmedSince }) =>
  isConfirmedSince
    ? undefined
    : "the resource was written since its cluster last confirmed the declaration; waiting for the next report of the cluster (about 30 seconds)";

/** Refuses stale evidence. */
const stale: Guard = ({ change, freshSinceUtc }) => {
  const old = change.evidence.find(({ atUtc }) => atUtc < freshSinceUtc);
  return old && `evidence is too old: ${old.says} (${old.atUtc})`;
};

const unsettled: Guard = ({ actual }) =>
  actual === undefined || actual.provisioningState === "Succeeded"
    ? undefined
    : `the resource is ${actual.provisioningState || "in an unknown state"}`;

/** Without a version Azure could not refuse the write of a resource that changed after it was read. */
const unversioned: Guard = ({ change, actual, protection: { privateLinkService } }) => {
  const found = [actual, privateLinkService].find((one) => one?.version === "");
  return found && `Azure returned no etag for ${whichOf(found.id, change)}`;
};

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
    ? `would delete ${percent.toFixed(0)} % of the resources that were read, policy allows ${policy.maxDeletePercent} %`
    : undefined;
};

/** Another writer changes the same field repeatedly, so repairing it would never end. */
const fighting: Guard = ({ policy, repairs }) =>
  repairs >= policy.privateLinkServices.maxRepairsPerHour
    ? `repaired ${repairs} times within an hour: another writer keeps changing it back`
    : undefined;

const GUARDS: Readonly<Record<string, Guard>> = {
  stopped,
  frozen,
  tagged,
  held,
  "not-ours": notOurs,
  locked,
  unproved,
  stale,
  "awaiting-confirmation": awaitingConfirmation,
  unsettled,
  unversioned,
  "changed-since-planned": changedSincePlanned,
  "blast-radius": blastRadius,
  fighting,
};

/** A write whose result is unknown may still take effect: nothing is changed on top of it. Judged before the resource is read. */
export function journalUnresolved(unresolved: readonly Unresolved[]): Refusal | undefined {
  const [first] = unresolved;
  if (!first) return undefined;
  const { id, change } = first.entry;
  const why = `the result of journal entry ${id} on ${change.resourceId} could not be read: ${first.why}`;
  return { guard: "journal-unresolved", why };
}

/** The first guard that refuses, with its reason; `undefined` if the change may be written. */
export function refusedBecause(input: GuardInput): Refusal | undefined {
  for (const [guard, check] of Object.entries(GUARDS)) {
    const why = check(input);
    if (why) return { guard, why };
  }
  return undefined;
}
