/** Holds what an identity may do against what Mooring needs. Pure. */
import { roleAllows } from "../azure/allows.ts";
import { NEEDED_RIGHTS, type NeededRights } from "../azure/needed.ts";
import type { Policy } from "../policy/policy.ts";
import type { Grant } from "../ports/installation.ts";

type RoleName = NeededRights["role"];

/** Who may these may do nearly everything. */
const FAR_TOO_MUCH = [
  "Microsoft.Authorization/roleAssignments/write",
  "Microsoft.Compute/virtualMachines/write",
];

/** Roles whose actions are used while the policy is as it is. */
export function neededRoles({ modes }: Pick<Policy, "modes">): readonly RoleName[] {
  const { privateLinkServices, connections, rejections, sweep } = modes;
  return [
    "reader",
    ...(privateLinkServices === "enforce" ? (["pls"] as const) : []),
    ...([connections, rejections].includes("enforce") ? (["connections"] as const) : []),
    ...(sweep === "enforce" ? (["sweep"] as const) : []),
  ];
}

export interface Missing {
  readonly role: RoleName;
  readonly actions: readonly string[];
  /** Some of the role's actions are granted: its definition is older than this table. */
  readonly isPart: boolean;
}

export interface RightsVerdict {
  /** Actions that are needed and not granted, by role. */
  readonly missing: readonly Missing[];
  /** Writes and deletes of roles that nothing needs at present. */
  readonly spare: readonly { readonly role: RoleName; readonly actions: readonly string[] }[];
  /** A role like Contributor or Owner is behind it. */
  readonly isFarTooMuch: boolean;
}

export function judgeRights(grants: readonly Grant[], needed: readonly RoleName[]): RightsVerdict {
  const allows = (action: string) => roleAllows({ id: "", name: "", permissions: grants }, action);
  const wanted = new Set(actionsOf(needed));
  const spare = NEEDED_RIGHTS.filter(({ role }) => !needed.includes(role)).map(({ role, actions }) => ({
    role,
    actions: actions.filter((action) => changes(action) && !wanted.has(action) && allows(action)),
  }));
  const missing = NEEDED_RIGHTS.filter(({ role }) => needed.includes(role)).map(({ role, actions }) => ({
    role,
    actions: actions.filter((action) => !allows(action)),
    isPart: actions.some(allows),
  }));
  return {
    missing: missing.filter(({ actions }) => actions.length > 0),
    spare: spare.filter(({ actions }) => actions.length > 0),
    isFarTooMuch: FAR_TOO_MUCH.some(allows),
  };
}

function actionsOf(roles: readonly RoleName[]): string[] {
  return NEEDED_RIGHTS.filter(({ role }) => roles.includes(role)).flatMap(({ actions }) => actions);
}

function changes(action: string): boolean {
  return /\/(write|delete)$/i.test(action);
}
