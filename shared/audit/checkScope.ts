/**
 * Looks at one scope of an audit and says what is wrong there: gathers once, joins what is declared with what is there, runs the checks.
 * Called by `auditScope`; writes nothing to Azure. A scope that cannot be read whole throws: a part must never look like a healthy world.
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
  /** Things looked at. */
  readonly looked: number;
  /** Absent: everything was judged. */
  readonly unjudged?: readonly Unjudged[];
}

/** A check could not tell of a cluster: its findings there stay as they were. */
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
  throw new InvalidInput(`there is no scope ${scope}: name subscription:ID, vnet:ID or mooring`);
}
