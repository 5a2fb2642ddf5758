/**
 * Role definitions and assignments at any scope.
 * @see https://learn.microsoft.com/rest/api/authorization/role-assignments
 */
import { TENANT } from "../../identity/directory.ts";
import { ArmError } from "../armError.ts";
import { page, type Answer, type Call, type Context, type Route } from "../call.ts";
import { key } from "../ids.ts";
import type { Body } from "../resourceType.ts";
import { BUILT_IN, findRole, holdsAt, type RoleAssignment, type RoleDefinition } from "../roles.ts";

const PATH = /^(.*)\/providers\/microsoft\.authorization\/(roledefinitions|roleassignments)(?:\/([^/]+))?$/i;

export const rolesRoute: Route = (context, call) => {
  const [, scope = "", kind = "", name] = PATH.exec(call.path) ?? [];
  if (kind === "") return undefined;
  const asked = { scope, name: name ?? "" };
  if (key(kind) === "roledefinitions")
    return name === undefined ? listRoles(context, call, scope) : role(context, call, asked);
  return name === undefined ? listAssignments(context, call, scope) : assignment(context, call, asked);
};

interface Asked {
  scope: string;
  name: string;
}

function listRoles(context: Context, call: Call, scope: string): Answer {
  const filter = call.query.get("$filter") ?? "";
  const [, wantedName] = /roleName eq '([^']*)'/i.exec(filter) ?? [];
  const [, wantedType] = /type eq '([^']*)'/i.exec(filter) ?? [];
  const all = [...BUILT_IN, ...context.world.roles.values()].filter(
    (one) =>
      one.assignableScopes.some((assignable) => holdsAt(assignable, scope)) &&
      (wantedName === undefined || one.roleName === wantedName) &&
      (wantedType === undefined || one.type === wantedType),
  );
  return page(
    context,
    call,
    all.map((one) => roleToWire(scope, one)),
  );
}

function role(context: Context, call: Call, { scope, name }: Asked): Answer {
  const known = findRole(context.world, name);
  if (call.method === "PUT") return putRole(context, call, { scope, name, ...(known && { known }) });
  if (call.method === "DELETE") return known ? removeRole(context, scope, known) : { status: 204 };
  if (!known) throw unknownRole(name);
  return { status: 200, body: roleToWire(scope, known) };
}

function putRole(
  { world }: Context,
  call: Call,
  { scope, name, known }: Asked & { known?: RoleDefinition },
): Answer {
  if (known?.type === "BuiltInRole")
    throw refused(400, "RoleDefinitionUpdateNotPermitted", "A built-in role cannot be changed.");
  const {
    roleName = "",
    description = "",
    permissions = [],
    assignableScopes = [],
  } = call.body["properties"] ?? {};
  const made: RoleDefinition = {
    name: known?.name ?? name,
    roleName,
    description,
    type: "CustomRole",
    permissions: (permissions as Body[]).map(({ actions = [], notActions = [] }) => ({
      actions,
      notActions,
    })),
    assignableScopes,
  };
  world.roles.set(key(name), made);
  return { status: 201, body: roleToWire(scope, made) };
}

function removeRole({ world }: Context, scope: string, known: RoleDefinition): Answer {
  const used = [...world.assignments.values()].some(
    ({ roleDefinitionId }) => findRole(world, roleDefinitionId) === known,
  );
  if (used)
    throw refused(
      400,
      "RoleDefinitionHasAssignments",
      "There are existing role assignments referencing role.",
    );
  world.roles.delete(key(known.name));
  return { status: 200, body: roleToWire(scope, known) };
}

/** Without a filter what is at the scope, above it and below it. */
function listAssignments(context: Context, call: Call, scope: string): Answer {
  const filter = call.query.get("$filter") ?? "";
  const [, assignedTo] = /assignedTo\('([^']*)'\)/i.exec(filter) ?? [];
  const [, principal = assignedTo] = /principalId eq '([^']*)'/i.exec(filter) ?? [];
  const isFromAbove = /atScope\(\)/i.test(filter) || assignedTo !== undefined;
  const all = [...context.world.assignments.values()].filter(
    (one) =>
      (holdsAt(one.scope, scope) || (!isFromAbove && holdsAt(scope, one.scope))) &&
      (principal === undefined || key(one.principalId) === key(principal)),
  );
  return page(context, call, all.map(assignmentToWire));
}

function assignment(context: Context, call: Call, asked: Asked): Answer {
  const { world } = context;
  const id = `${asked.scope}/providers/Microsoft.Authorization/roleAssignments/${asked.name}`;
  const known = world.assignments.get(key(id));
  if (call.method === "PUT") return assign(context, call, { ...asked, id, ...(known && { known }) });
  if (call.method === "DELETE") {
    if (!known) return { status: 204 };
    world.assignments.delete(key(id));
    return { status: 200, body: assignmentToWire(known) };
  }
  if (!known)
    throw refused(404, "RoleAssignmentNotFound", `The role assignment '${asked.name}' is not found.`);
  return { status: 200, body: assignmentToWire(known) };
}

function assign(
  { world }: Context,
  call: Call,
  { id, name, scope, known }: Asked & { id: string; known?: RoleAssignment },
): Answer {
  const {
    roleDefinitionId = "",
    principalId = "",
    principalType = "ServicePrincipal",
  } = call.body["properties"] ?? {};
  const role = findRole(world, roleDefinitionId);
  if (!role) throw unknownRole(String(roleDefinitionId).split("/").at(-1) ?? "");
  const same = [...world.assignments.values()].find(
    (one) =>
      key(one.principalId) === key(principalId) &&
      key(one.scope) === key(scope) &&
      findRole(world, one.roleDefinitionId) === role,
  );
  if (known && same === known) return { status: 200, body: assignmentToWire(known) };
  if (known ?? same) throw clash(known);
  const made: RoleAssignment = {
    id,
    name,
    scope,
    roleDefinitionId: `${subscriptionOf(scope)}/providers/Microsoft.Authorization/roleDefinitions/${role.name}`,
    principalId,
    principalType,
    createdOn: world.nowUtc(),
  };
  world.assignments.set(key(id), made);
  return { status: 201, body: assignmentToWire(made) };
}

/** The name is another assignment's, or the assignment is there under another name. */
function clash(known: RoleAssignment | undefined): ArmError {
  return known
    ? refused(
        409,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      )
    : refused(409, "RoleAssignmentExists", "The role assignment already exists.");
}

function roleToWire(scope: string, { name, type, roleName, ...properties }: RoleDefinition): Body {
  return {
    properties: {
      roleName,
      type,
      ...properties,
      permissions: properties.permissions.map((one) => ({ ...one, dataActions: [], notDataActions: [] })),
    },
    id: `${subscriptionOf(scope)}/providers/Microsoft.Authorization/roleDefinitions/${name}`,
    type: "Microsoft.Authorization/roleDefinitions",
    name,
  };
}

function assignmentToWire({ id, name, createdOn, ...properties }: RoleAssignment): Body {
  return {
    properties: {
      ...properties,
      condition: null,
      conditionVersion: null,
      createdOn,
      updatedOn: createdOn,
      createdBy: TENANT,
      updatedBy: TENANT,
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    id,
    type: "Microsoft.Authorization/roleAssignments",
    name,
  };
}

function subscriptionOf(scope: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
}

function unknownRole(name: string): ArmError {
  return refused(
    404,
    "RoleDefinitionDoesNotExist",
    `The specified role definition with ID '${name.replaceAll("-", "")}' does not exist.`,
  );
}

function refused(status: number, code: string, message: string): ArmError {
  return new ArmError(status, code, message, { from: "gateway" });
}
