/** Compares the permissions of an identity with those that Mooring needs. Pure. */
import { roleAllows } from "../azure/allows.ts";
import { NEEDED_RIGHTS, type NeededRights } from "../azure/needed.ts";
import type { Policy } from "../policy/policy.ts";
import type { Grant } from "../ports/installation.ts";

type RoleName = NeededRights["role"];

/** Actions that only broad roles such as Contributor or Owner grant. */
const BROAD_ACTIONS = [
  "Microsoft.Authorization/roleAssignments/write",
  "Microsoft.Compute/virtualMachines/write",
];

/** Roles whose actions the policy uses. */
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
  /** Some actions of the role are granted: the definition of the role is outdated. */
  readonly isPartial: boolean;
}

export interface RightsVerdict {
  /** Needed actions that are not granted, by role. */
  readonly missing: readonly Missing[];
  /** Granted writes and deletes of roles that the policy does not use. */
  readonly spare: readonly { readonly role: RoleName; readonly actions: readonly string[] }[];
  /** A broad role such as Contributor or Owner is assigned. */
  readonly isBroad: boolean;
}

export function judgeRights(grants: readonly Grant[], needed: readonly RoleName[]): RightsVerdict {
  const allows = (action: string) => roleAllows({ id: "", name: "", permissions: grants }, action);
  const used = new Set(actionsOf(needed));
  const spare = NEEDED_RIGHTS.filter(({ role }) => !needed.includes(role)).map(({ role, actions }) => ({
    role,
    actions: actions.filter((action) => changes(action) && !used.has(action) && allows(action)),
  }));
  const missing = NEEDED_RIGHTS.filter(({ role }) => needed.includes(role)).map(({ role, actions }) => ({
    role,
    actions: actions.filter((action) => !allows(action)),
    isPartial: actions.some(allows),
  }));
  return {
    missing: missing.filter(({ actions }) => actions.length > 0),
    spare: spare.filter(({ actions }) => actions.length > 0),
    isBroad: BROAD_ACTIONS.some(allows),
  };
}

function actionsOf(roles: readonly RoleName[]): string[] {
  return NEEDED_RIGHTS.filter(({ role }) => roles.includes(role)).flatMap(({ actions }) => actions);
}

function changes(action: string): boolean {
  return /\/(write|delete)$/i.test(action);
}
