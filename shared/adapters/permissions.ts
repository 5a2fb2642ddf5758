/**
 * Adapter: `Permissions` on the REST API of `Microsoft.Authorization`: three fields do not justify an SDK.
 * @see https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope
 */
import type { Role, RoleAssignment } from "../azure/permissionsModel.ts";
import type { Permissions } from "../ports/permissions.ts";
import { AUTHORIZATION_VERSION } from "./apiVersions.ts";
import type { ArmAccess } from "./armAccess.ts";
import { isAbsent, toFailure } from "./armError.ts";
import type { Client } from "./longRunning.ts";
import { toAnswer } from "./rawAnswer.ts";
import { rawClient, rawList } from "./rawList.ts";

export function azurePermissions(access: ArmAccess): Permissions {
  const client = rawClient(access);
  return {
    assignmentsAt: (scope) => list(client, scope, {}),
    assignmentsOf: (scope, principalId) =>
      list(client, scope, { $filter: `assignedTo('${principalId.replaceAll("'", "''")}')` }),
    role: (id) => readRole(client, id),
  };
}

interface AssignmentWire {
  readonly properties: {
    readonly principalId: string;
    readonly principalType?: string;
    readonly roleDefinitionId: string;
    readonly scope: string;
  };
}

async function list(client: Client, scope: string, filter: Readonly<Record<string, string>>) {
  const path = `${scope}/providers/Microsoft.Authorization/roleAssignments`;
  const query = { "api-version": AUTHORIZATION_VERSION, ...filter };
  const all = await Array.fromAsync(rawList<AssignmentWire>(client, path, query));
  return all.map(({ properties }): RoleAssignment => ({
    principalId: properties.principalId.toLowerCase(),
    isGroup: properties.principalType === "Group",
    roleId: properties.roleDefinitionId,
    scope: properties.scope,
  }));
}

interface RoleWire {
  readonly id: string;
  readonly properties: {
    readonly roleName: string;
    readonly permissions?: readonly { readonly actions?: string[]; readonly notActions?: string[] }[];
  };
}

async function readRole(client: Client, id: string): Promise<Role | undefined> {
  const queryParameters = { "api-version": AUTHORIZATION_VERSION };
  const response = await client.pathUnchecked(id).get({ queryParameters });
  if (response.status === "200") return toRole(response.body as RoleWire);
  const answer = toAnswer(response);
  if (isAbsent(answer) || answer.code === "RoleDefinitionDoesNotExist") return undefined;
  throw toFailure(answer, id);
}

function toRole({ id, properties: { roleName, permissions = [] } }: RoleWire): Role {
  return {
    id,
    name: roleName,
    permissions: permissions.map(({ actions = [], notActions = [] }) => ({ actions, notActions })),
  };
}
