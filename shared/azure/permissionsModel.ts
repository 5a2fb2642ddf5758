/** Mooring's model of Azure role assignments. Pure data. */

export interface RoleAssignment {
  readonly principalId: string;
  /** A group's members inherit its assignments; the members are not included. */
  readonly isGroup: boolean;
  readonly roleId: string;
  /** Resource, resource group, subscription or `/`. Applies to everything below. */
  readonly scope: string;
}

/** Actions may contain `*`. `notActions` remove matching actions from the same role only. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly {
    readonly actions: readonly string[];
    readonly notActions: readonly string[];
  }[];
}
