/**
 * Port: role assignments and roles, read where a question of permission comes up. Implementations: `shared/adapters/permissions.ts` and
 * `test/memory/permissions.ts`, both held to `test/contract/permissions.test.ts`. Never writes.
 */
import type { Role, RoleAssignment } from "../azure/permissionsModel.ts";

export interface Permissions {
  /** Assignments at the scope, above it and below it. @throws Refused if they may not be read */
  assignmentsAt(scope: string): Promise<readonly RoleAssignment[]>;
  /** Those that a principal has at the scope or above it, by itself or by its groups. @throws Refused if they may not be read */
  assignmentsOf(scope: string, principalId: string): Promise<readonly RoleAssignment[]>;
  /** `undefined` only if Azure says that there is no such role. */
  role(id: string): Promise<Role | undefined>;
}
