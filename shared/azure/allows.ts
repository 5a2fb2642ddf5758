/**
 * What role assignments allow. Pure.
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-definitions
 */
import { canonicalId } from "./resourceId.ts";
import type { Role, RoleAssignment } from "./permissionsModel.ts";

/** True if the role's actions include the action (with wildcards) and its `notActions` do not. */
export function roleAllows({ permissions }: Role, action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => matches(pattern, action)) &&
      !notActions.some((pattern) => matches(pattern, action)),
  );
}

/** True if an assignment applies to the resource and its role allows the action. @param roles by canonical id */
export function isAllowed(
  assignments: readonly RoleAssignment[],
  roles: ReadonlyMap<string, Role>,
  { resourceId, action }: { readonly resourceId: string; readonly action: string },
): boolean {
  return assignments.some(({ scope, roleId }) => {
    const role = roles.get(canonicalId(roleId));
    return role !== undefined && covers(scope, resourceId) && roleAllows(role, action);
  });
}

/** True if assignments at the scope apply to the resource. */
export function covers(scope: string, resourceId: string): boolean {
  const [wide, narrow] = [canonicalId(scope).replace(/\/$/, ""), canonicalId(resourceId)];
  return narrow === wide || narrow.startsWith(`${wide}/`);
}

/** `*` matches any text, including `/`. Ignores case. */
function matches(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const expression = parts.map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  return new RegExp(`^${expression}$`).test(action.toLowerCase());
}
