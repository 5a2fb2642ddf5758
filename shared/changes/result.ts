/**
 * What became of a write, from the response of Azure and from reading the resource. A result that neither proves
 * is `unknown`: it is completed later by reading the resource.
 */
import { Conflict, InvalidInput, NotYet, Refused, ResultUnknown } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";
import type { JsonObject, Resource } from "../ports/resources.ts";
import { resultShown } from "./inPlace.ts";
import type { Ended } from "./journalStore.ts";
import type { Change } from "./plan.ts";

/** A change that was sent, and the resource as it was before; absent for a create. */
export interface Sent {
  readonly change: Change;
  readonly before?: JsonObject;
}

/** After Azure reported success. */
export async function verified(run: Run, sent: Sent, answered: Resource | undefined): Promise<Ended> {
  const read = answered ? { actual: answered } : await readAfter(run, sent.change);
  if ("why" in read) return { outcome: "unknown", why: read.why };
  const { actual } = read;
  const shown = resultShown(sent.change, { ...sent, actual });
  if (shown === "pending") return { outcome: "unknown", why: inProgress(actual) };
  if (shown === "applied") return { outcome: "applied", ...found(actual) };
  const why = "Azure reported success, but the resource does not match the requested state";
  return { outcome: "failed", why, ...found(actual) };
}

/** A refused read after a write that Azure accepted does not show that the write was refused. */
async function readAfter(
  run: Run,
  { resourceId }: Change,
): Promise<{ readonly actual: Resource | undefined } | { readonly why: string }> {
  try {
    return { actual: await run.ports.resources.read(resourceId) };
  } catch (error) {
    return { why: `Azure accepted the change, but the result could not be read: ${messageOf(error)}` };
  }
}

/** Azure reads a resource as it was while it deletes or changes it: only its final state is the result. */
function inProgress(actual: Resource | undefined): string {
  return `the resource is ${actual?.provisioningState || "in an unknown state"}: its result is pending`;
}

function found(actual: Resource | undefined): Pick<Ended, "after"> {
  return actual ? { after: actual.body } : {};
}

/**
 * A refused write changed nothing. After any other failure the write may have succeeded and only its response
 * was lost: the resource is read to find out.
 */
export async function recovered(run: Run, sent: Sent, error: unknown): Promise<Ended> {
  const why = messageOf(error);
  if (error instanceof Refused || error instanceof InvalidInput) return { outcome: "refused", why };
  try {
    return judged(sent, error, await run.ports.resources.read(sent.change.resourceId));
  } catch {
    return { outcome: "unknown", why };
  }
}

/** What Azure may still process is not final while it is not found done. */
function judged(sent: Sent, error: unknown, actual: Resource | undefined): Ended {
  const why = messageOf(error);
  const shown = resultShown(sent.change, { ...sent, actual });
  if (shown === "pending") return { outcome: "unknown", why: `${why}; ${inProgress(actual)}` };
  if (shown === "applied" && !isByAnother(sent.change, error, actual))
    return { outcome: "applied", why: `${why}; found done`, ...found(actual) };
  if (error instanceof ResultUnknown) return { outcome: "unknown", why };
  return { outcome: "failed", why, ...found(actual) };
}

/**
 * A write that Azure did not accept made nothing: another writer created the resource, or deleted and created
 * it again.
 */
function isByAnother({ action }: Change, error: unknown, actual: Resource | undefined): boolean {
  const notAccepted =
    error instanceof Conflict || (error instanceof NotYet && !(error instanceof ResultUnknown));
  return notAccepted && action !== "update" && actual !== undefined;
}
