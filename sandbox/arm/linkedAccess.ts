/**
 * Whoever puts something into a subnet must be allowed to join it. Held against the identities of managed clusters only: everybody else in
 * the sandbox may do what they like.
 */
import { ArmError } from "./armError.ts";
import { key } from "./ids.ts";
import { CLUSTER_TYPE } from "./managedClusters.ts";
import type { Body, PutRequest } from "./resourceType.ts";
import { allows } from "./roles.ts";
import type { ArmWorld } from "./world.ts";

const JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action";

/** @throws ArmError 403 as ARM says it, before the provider sees the request */
export function checkLinkedAccess(world: ArmWorld, type: string, { id, body, caller }: PutRequest): void {
  if (!isClusterIdentity(world, caller.objectId)) return;
  const closed = subnetsIn(body["properties"]).filter(
    (subnet) => !allows(world, caller.objectId, { id: subnet, action: JOIN }),
  );
  if (closed.length === 0) return;
  throw new ArmError(
    403,
    "LinkedAuthorizationFailed",
    `The client '${caller.applicationId}' with object id '${caller.objectId}' has permission to perform action '${type}/write' on scope '${id}'; however, it does not have permission to perform action(s) '${JOIN}' on the linked scope(s) '${closed.join("', '")}' (respectively) or the linked scope(s) are invalid.`,
    { from: "gateway" },
  );
}

function isClusterIdentity(world: ArmWorld, objectId: string): boolean {
  return world
    .ofType(CLUSTER_TYPE)
    .some(({ identity }) => principalsOf(identity).some((one) => key(one) === key(objectId)));
}

function principalsOf(identity: Body | undefined): string[] {
  const assigned = Object.values((identity?.["userAssignedIdentities"] ?? {}) as Record<string, Body>);
  return [identity, ...assigned].flatMap((one) => (one?.["principalId"] as string | undefined) ?? []);
}

/** Every `subnet: { id }` in the body. */
function subnetsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.entries(value).flatMap(([name, inner]) =>
    name === "subnet" && typeof inner?.id === "string" ? [inner.id as string] : subnetsIn(inner),
  );
  return [...new Set(own)];
}
