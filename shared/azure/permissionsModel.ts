/** Who may do what in Azure, as far as Mooring reads it. Pure data. */

export interface RoleAssignment {
  readonly principalId: string;
  /** A group's members have what it has; who they are is not told. */
  readonly isGroup: boolean;
  readonly roleId: string;
  /** Resource, resource group, subscription or `/`: it holds for everything below. */
  readonly scope: string;
}

/** An action may have `*`; what `notActions` match is taken away again, from the same role only. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly {
    readonly actions: readonly string[];
    readonly notActions: readonly string[];
  }[];
}
