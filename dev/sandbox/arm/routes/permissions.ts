import { page, type Route } from "../call.ts";
import { isGoverned } from "../access.ts";
import { key } from "../ids.ts";
import { findRole, holdsAt } from "../roles.ts";

const PATH = /^(.*)\/providers\/microsoft\.authorization\/permissions$/i;
const EVERYTHING = { actions: ["*"], notActions: [] as string[] };

/**
 * What the caller may do at a scope: one entry for each role that is assigned there or above.
 * @see https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource
 */
export const permissionsRoute: Route = (context, call) => {
  const [, scope] = PATH.exec(call.path) ?? [];
  if (scope === undefined || call.method !== "GET") return undefined;
  const { world } = context;
  const { objectId } = call.caller;
  const own = [...world.assignments.values()]
    .filter((one) => key(one.principalId) === key(objectId) && holdsAt(one.scope, scope))
    .flatMap(({ roleDefinitionId }) => findRole(world, roleDefinitionId)?.permissions ?? []);
  const all = isGoverned(world, objectId) ? own : [EVERYTHING];
  return page(
    context,
    call,
    all.map(({ actions, notActions }) => ({ actions, notActions, dataActions: [], notDataActions: [] })),
  );
};
