/**
 * Port: reads role assignments and role definitions. Implementations: `shared/adapters/permissions.ts` and
 * `test/memory/permissions.ts`, both tested by `test/contract/permissions.test.ts`.
 */
import type { Role, RoleAssignment } from "../azure/permissionsModel.ts";

export interface Permissions {
  /** Assignments at the scope, above it and below it. @throws Refused without permission to read them */
  assignmentsAt(scope: string): Promise<readonly RoleAssignment[]>;
  /** A principal's assignments at the scope or above it, direct or through groups. @throws Refused without permission to read them */
  assignmentsOf(scope: string, principalId: string): Promise<readonly RoleAssignment[]>;
  /** `undefined` only if Azure states that the role does not exist. */
  role(id: string): Promise<Role | undefined>;
}
