/**
 * Checks one scope of an audit: reads its data once, joins declared and actual state, runs the checks. Called by `auditScope`; writes
 * nothing to Azure. Throws if the scope cannot be read completely: a partial read must never resolve findings.
 */
import { InvalidInput } from "../core/errors.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { CheckedDraft } from "./checks.ts";
import { checkMooring } from "./gather/mooring.ts";
import { checkSubscription } from "./gather/subscription.ts";
import { checkVnet } from "./gather/vnet.ts";

export interface Checked {
  readonly found: readonly CheckedDraft[];
  /** Number of checked subjects. */
  readonly looked: number;
  /** Absent if every check was evaluated. */
  readonly unjudged?: readonly Unjudged[];
}

/** A check that could not be evaluated for a cluster: its findings stay unchanged. */
export interface Unjudged {
  readonly check: string;
  readonly cluster: string;
}

/** @param scope `subscription:ID`, `vnet:ID`, `mooring` @throws InvalidInput if it is none of these, and whatever a list throws */
export async function checkScope(run: Run, policy: Policy, scope: string): Promise<Checked> {
  const [kind = "", ...rest] = scope.split(":");
  const id = rest.join(":");
  if (scope === "mooring") return checkMooring(run, policy);
  if (kind === "subscription" && id !== "") return checkSubscription(run, policy, id);
  if (kind === "vnet" && id !== "") return checkVnet(run, policy, id);
  throw new InvalidInput(`scope ${scope} does not exist; use subscription:ID, vnet:ID or mooring`);
}
