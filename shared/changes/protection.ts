/**
 * What protects a resource from a change: holds and off tags on the resource, its containers and its contents. A
 * connection is contained in its Private Link Service, a Private Link Service in its frontends, a frontend in its
 * load balancer. Read only before a write; the guard `held` evaluates it.
 */
import { InvalidInput } from "../core/errors.ts";
import { canonicalId, parseResourceId, resourceName } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { isRelated } from "./dangling.ts";
import { frontendIdsOf } from "./given.ts";
import { isListEdit, SYSTEM, type Change } from "./plan.ts";
import type { JsonObject, Resource } from "../ports/resources.ts";

export interface Protection {
  /** Present only for a connection. */
  readonly privateLinkService?: Resource | undefined;
  /** Load balancers that exist. */
  readonly loadBalancers: readonly Resource[];
  /**
   * Holds on the resource, its containers and its contents; empty for a change by an operator, which holds do
   * not prevent.
   */
  readonly holds: readonly { readonly resourceId: string; readonly why: string }[];
}

const SERVICE = "microsoft.network/privatelinkservices";
const CONNECTION = `${SERVICE}/privateendpointconnections`;

/**
 * For a load balancer, only holds: its tags are those of the resource itself. @throws InvalidInput if the Private
 * Link Service of a connection does not exist · the error of a failed read
 */
export async function readProtection(
  run: Run,
  change: Change,
  { actual, who }: { readonly actual: Resource | undefined; readonly who: string },
): Promise<Protection> {
  const { type = "", parentId = "" } = parseResourceId(change.resourceId) ?? {};
  const isConnection = type.toLowerCase() === CONNECTION;
  if (!isConnection && type.toLowerCase() !== SERVICE)
    return { loadBalancers: [], holds: who === SYSTEM ? await holdsOn(run, changedBy(change)) : [] };
  const privateLinkService = isConnection ? await readPrivateLinkService(run, parentId) : undefined;
  const body = isConnection ? privateLinkService?.body : bodyOf(change, actual);
  const frontendIds = frontendIdsOf(body ?? {}).map(canonicalId);
  const balancerIds = [...new Set(frontendIds.map(loadBalancerOf))];
  const containers = [...frontendIds, ...balancerIds];
  const [balancers, holds] = await waitForAll([
    waitForAll(balancerIds.map((id) => run.ports.resources.read(id))),
    who === SYSTEM ? holdsOn(run, [change.resourceId], containers) : [],
  ] as const);
  return { privateLinkService, loadBalancers: balancers.filter((one) => one !== undefined), holds };
}

async function readPrivateLinkService(run: Run, id: string): Promise<Resource> {
  const found = await run.ports.resources.read(id);
  if (found) return found;
  throw new InvalidInput(`Azure has the connection, but not its Private Link Service ${resourceName(id)}`);
}

function bodyOf(change: Change, actual: Resource | undefined): JsonObject | undefined {
  return change.action === "create" ? change.body : actual?.body;
}

/** @throws InvalidInput if the id is not valid, because unknown does not mean unprotected */
function loadBalancerOf(frontendId: string): string {
  const { parentId } = parseResourceId(frontendId) ?? {};
  if (parentId === undefined) throw new InvalidInput(`${frontendId} is not the id of a frontend`);
  return parentId;
}

/** The children that the change removes or adds; the resource itself if it changes anything else. Pure. */
function changedBy(change: Change): readonly string[] {
  if (change.action !== "update" || !change.edits.every(isListEdit)) return [change.resourceId];
  return change.edits.flatMap(({ path, remove = [], add = [] }) => {
    const list = path.split(".").at(-1) ?? "";
    return [...remove, ...add.map(({ name }) => name)].map((name) => `${change.resourceId}/${list}/${name}`);
  });
}

async function holdsOn(
  run: Run,
  changed: readonly string[],
  containers: readonly string[] = [],
): Promise<Protection["holds"]> {
  const around = new Set(containers.map(canonicalId));
  const rows = await Array.fromAsync(run.ports.tables.holds.list("all"));
  return rows
    .map(({ value }) => value)
    .filter(({ resourceId: id }) => changed.some((one) => isRelated(id, one)) || around.has(canonicalId(id)));
}
