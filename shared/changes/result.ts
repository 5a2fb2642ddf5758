/**
 * What became of a write, from the response of Azure and from reading the resource. A result that neither proves
 * is `unknown`: it is completed later by reading the resource.
 */
import { InvalidInput, Refused } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";
import type { Resource } from "../ports/resources.ts";
import { isFinished, isInPlace } from "./inPlace.ts";
import type { Ended } from "./journalStore.ts";
import type { Change } from "./plan.ts";

/** After Azure reported success. */
export async function verified(run: Run, change: Change, answered: Resource | undefined): Promise<Ended> {
  const read = answered ? { after: answered } : await readAfter(run, change);
  if ("why" in read) return { outcome: "unknown", why: read.why };
  const { after } = read;
  if (isInPlace(change, after)) return { outcome: "applied", ...(after && { after: after.body }) };
  if (!isFinished(after)) return { outcome: "unknown", why: inProgress(after) };
  return {
    outcome: "failed",
    why: "Azure reported success, but the resource does not match the requested state",
    ...(after && { after: after.body }),
  };
}

/** A refused read after a write that Azure accepted does not show that the write was refused. */
async function readAfter(
  run: Run,
  { resourceId }: Change,
): Promise<{ readonly after: Resource | undefined } | { readonly why: string }> {
  try {
    return { after: await run.ports.resources.read(resourceId) };
  } catch (error) {
    return { why: `Azure accepted the change, but the result could not be read: ${messageOf(error)}` };
  }
}

/** Azure reads a resource as it was while it deletes or changes it: only its final state is the result. */
function inProgress(found: Resource | undefined): string {
  return `the resource is ${found?.provisioningState || "in an unknown state"}: its result is pending`;
}

/**
 * A refused write changed nothing. After any other failure the write may have succeeded and only its response
 * was lost: the resource is read to find out.
 */
export async function recovered(run: Run, change: Change, error: unknown): Promise<Ended> {
  const why = messageOf(error);
  if (error instanceof Refused || error instanceof InvalidInput) return { outcome: "refused", why };
  try {
    const after = await run.ports.resources.read(change.resourceId);
    const found = after && { after: after.body };
    if (isInPlace(change, after)) return { outcome: "applied", why: `${why}; found done`, ...found };
    if (!isFinished(after)) return { outcome: "unknown", why: `${why}; ${inProgress(after)}` };
    return { outcome: "failed", why, ...found };
  } catch {
    return { outcome: "unknown", why };
  }
}
