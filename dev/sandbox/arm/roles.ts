/** Azure RBAC: built-in roles by their real ids, custom roles, assignments, and what they allow. */
import { key } from "./ids.ts";
import type { ArmWorld } from "./world.ts";

export interface RoleDefinition {
  /** A GUID. */
  name: string;
  roleName: string;
  description: string;
  type: "BuiltInRole" | "CustomRole";
  permissions: { actions: string[]; notActions: string[] }[];
  assignableScopes: string[];
}

export interface RoleAssignment {
  id: string;
  name: string;
  scope: string;
  roleDefinitionId: string;
  principalId: string;
  principalType: string;
  createdOn: string;
}

export const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";
export const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

const builtIn = (
  name: string,
  roleName: string,
  {
    description,
    actions,
    notActions = [],
  }: { description: string; actions: string[]; notActions?: string[] },
): RoleDefinition => ({
  name,
  roleName,
  description,
  type: "BuiltInRole",
  permissions: [{ actions, notActions }],
  assignableScopes: ["/"],
});

/** @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const BUILT_IN: readonly RoleDefinition[] = [
  builtIn("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", {
    description: "Grants full access to manage all resources, including the ability to assign roles.",
    actions: ["*"],
  }),
  builtIn("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", {
    description: "Grants full access to manage all resources, but does not allow you to assign roles.",
    actions: ["*"],
    notActions: [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
    ],
  }),
  builtIn(READER, "Reader", {
    description: "View all resources, but does not allow you to make any changes.",
    actions: ["*/read"],
  }),
  builtIn(NETWORK_CONTRIBUTOR, "Network Contributor", {
    description: "Lets you manage networks, but not access to them.",
    actions: [
      "Microsoft.Authorization/*/read",
      "Microsoft.Insights/alertRules/*",
      "Microsoft.Network/*",
      "Microsoft.ResourceHealth/availabilityStatuses/read",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Support/*",
    ],
  }),
];

export function findRole(world: ArmWorld, roleDefinitionId: string): RoleDefinition | undefined {
  const name = key(roleDefinitionId.split("/").at(-1) ?? "");
  return [...BUILT_IN, ...world.roles.values()].find((role) => key(role.name) === name);
}

/** True if a statement about the scope holds for the id too. */
export function holdsAt(scope: string, id: string): boolean {
  const wide = key(scope).replace(/\/$/, "");
  return key(id) === wide || key(id).startsWith(`${wide}/`);
}

export function allows(
  world: ArmWorld,
  principalId: string,
  { id, action }: { id: string; action: string },
): boolean {
  return [...world.assignments.values()]
    .filter((one) => key(one.principalId) === key(principalId) && holdsAt(one.scope, id))
    .flatMap(({ roleDefinitionId }) => findRole(world, roleDefinitionId)?.permissions ?? [])
    .some(
      ({ actions, notActions }) =>
        actions.some((one) => fits(one, action)) && !notActions.some((one) => fits(one, action)),
    );
}

function fits(pattern: string, action: string): boolean {
  const source = key(pattern)
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`).test(key(action));
}
