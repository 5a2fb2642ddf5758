/**
 * What role assignments allow. Pure.
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-definitions
 */
import { canonicalId } from "./resourceId.ts";
import type { Role, RoleAssignment } from "./permissionsModel.ts";

/** True if the role has the action, wildcards considered, and does not take it away again. */
export function roleAllows({ permissions }: Role, action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => matches(pattern, action)) &&
      !notActions.some((pattern) => matches(pattern, action)),
  );
}

/** True if one of the assignments holds at the resource and its role has the action. @param roles by canonical id */
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

/** True if what is assigned at the scope holds at the resource. */
export function covers(scope: string, resourceId: string): boolean {
  const [wide, narrow] = [canonicalId(scope).replace(/\/$/, ""), canonicalId(resourceId)];
  return narrow === wide || narrow.startsWith(`${wide}/`);
}

/** `*` stands for anything, `/` too; case does not count. */
function matches(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const expression = parts.map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  return new RegExp(`^${expression}$`).test(action.toLowerCase());
}
