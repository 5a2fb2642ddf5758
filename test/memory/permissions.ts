import type { Role, RoleAssignment } from "../../shared/azure/permissionsModel.ts";
import { covers } from "../../shared/azure/allows.ts";
import type { Permissions } from "../../shared/ports/permissions.ts";
import { sameId } from "../../shared/azure/resourceId.ts";
import { CallLog } from "./callLog.ts";

/** The test's assignments and roles. */
export class MemoryPermissions implements Permissions {
  readonly calls = new CallLog();
  assignments: RoleAssignment[] = [];
  roles: Role[] = [];
  /** Members, by group. */
  groups: Record<string, string[]> = {};

  async assignmentsAt(scope: string): Promise<readonly RoleAssignment[]> {
    await this.calls.record("assignmentsAt", scope);
    return this.assignments.filter((one) => covers(one.scope, scope) || covers(scope, one.scope));
  }

  async assignmentsOf(scope: string, principalId: string): Promise<readonly RoleAssignment[]> {
    await this.calls.record("assignmentsOf", scope, principalId);
    return this.assignments.filter(
      (one) =>
        covers(one.scope, scope) &&
        [one.principalId, ...(this.groups[one.principalId] ?? [])].includes(principalId),
    );
  }

  async role(id: string): Promise<Role | undefined> {
    await this.calls.record("role", id);
    return this.roles.find((role) => sameId(role.id, id));
  }
}
