/**
 * Azure RBAC in front of every route: a caller with a role assignment may do what its roles allow, and nothing else. Identities of
 * managed clusters, and callers without any assignment, may do everything: the sandbox does not model their permissions.
 * @see https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
 */
import { ArmError } from "./armError.ts";
import type { Route } from "./call.ts";
import { key } from "./ids.ts";
import { CLUSTER_TYPE } from "./managedClusters.ts";
import type { Body, Caller } from "./resourceType.ts";
import { allows } from "./roles.ts";
import type { ArmWorld } from "./world.ts";

const VERBS: Record<string, string> = {
  GET: "read",
  HEAD: "read",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
  POST: "action",
};
const GROUP = /^\/subscriptions\/[^/]+\/resourcegroups(?:\/[^/]+)?$/i;
const RESOURCES = /^\/subscriptions\/[^/]+(?:\/resourcegroups\/[^/]+)?\/resources$/i;

/** Lets the request through, or refuses it as ARM does before a provider sees it. */
export const accessRoute: Route = ({ world }, { method, path, caller }) => {
  const needed = neededAction(method, path);
  if (!needed || !isGoverned(world, caller.objectId)) return undefined;
  if (allows(world, caller.objectId, { id: needed.scope, action: needed.action })) return undefined;
  throw forbidden(caller, needed);
};

/** True if the principal has a role assignment, and is none of a managed cluster's. */
export function isGoverned(world: ArmWorld, objectId: string): boolean {
  const known = [...world.assignments.values()].some(({ principalId }) => key(principalId) === key(objectId));
  return known && !isClusterIdentity(world, objectId);
}

export function isClusterIdentity(world: ArmWorld, objectId: string): boolean {
  return world
    .ofType(CLUSTER_TYPE)
    .some(({ identity }) => principalsOf(identity).some((one) => key(one) === key(objectId)));
}

function principalsOf(identity: Body | undefined): string[] {
  const assigned = Object.values((identity?.["userAssignedIdentities"] ?? {}) as Record<string, Body>);
  return [identity, ...assigned].flatMap((one) => (one?.["principalId"] as string | undefined) ?? []);
}

interface Needed {
  action: string;
  scope: string;
}

/** The action that a request needs, and where; `undefined` for what every caller may request. */
export function neededAction(method: string, path: string): Needed | undefined {
  const verb = VERBS[method];
  if (verb === undefined || !/^\/subscriptions\/[^/]+/i.test(path)) return undefined;
  const at = path.toLowerCase().lastIndexOf("/providers/");
  if (at < 0) return ofGroup(verb, path);
  const [namespace = "", ...segments] = path.slice(at + "/providers/".length).split("/");
  const types = segments.filter((_, index) => index % 2 === 0);
  if (types.length === 0) return undefined;
  const isWhole = segments.length % 2 === 0;
  const above = segments.length === 1 ? path.slice(0, at) : path.slice(0, path.lastIndexOf("/"));
  return { action: [namespace, ...types, verb].join("/"), scope: isWhole ? path : above };
}

function ofGroup(verb: string, path: string): Needed | undefined {
  if (GROUP.test(path))
    return { action: `Microsoft.Resources/subscriptions/resourceGroups/${verb}`, scope: path };
  if (RESOURCES.test(path))
    return {
      action: `Microsoft.Resources/subscriptions/resources/${verb}`,
      scope: path.replace(/\/resources$/i, ""),
    };
  const isSubscription = /^\/subscriptions\/[^/]+$/i.test(path);
  return isSubscription ? { action: `Microsoft.Resources/subscriptions/${verb}`, scope: path } : undefined;
}

function forbidden({ applicationId, objectId }: Caller, { action, scope }: Needed): ArmError {
  const message = `The client '${applicationId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
  return new ArmError(403, "AuthorizationFailed", message, { from: "gateway" });
}
