/** Plans the repair of a finding: the part of the PLS reconcile that concerns its subject, from current reads. */
import type { Plan } from "../changes/plan.ts";
import { planById } from "../pls/planFor.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { Finding } from "../findings/finding.ts";

type Field = Policy["privateLinkServices"]["fields"][number];

/** Field of a PLS by check. */
const FIELDS: Readonly<Record<string, Field>> = {
  "pls-visibility-differs": "visibility",
  "pls-auto-approval-differs": "autoApproval",
  "pls-fqdns-differ": "fqdns",
  "pls-proxy-protocol-differs": "proxyProtocol",
};
const CONNECTIONS = new Set(["connection-pending-declared", "connection-no-longer-declared"]);

/** True if the PLS reconcile repairs findings of this check. Pure. */
export function isRepairable(
  check: string,
  { privateLinkServices }: Pick<Policy, "privateLinkServices">,
): boolean {
  const field = FIELDS[check];
  return field === undefined
    ? check === "connection-pending-declared"
    : privateLinkServices.fields.includes(field);
}

/** True if `planFix` may return a plan. Pure. */
export function isFixable(
  { check, resolvedAtUtc }: Pick<Finding, "check" | "resolvedAtUtc">,
  policy: Pick<Policy, "privateLinkServices" | "connections">,
): boolean {
  if (resolvedAtUtc !== undefined) return false;
  const { rejectWithdrawn } = policy.connections;
  return isRepairable(check, policy) || (check === "connection-no-longer-declared" && rejectWithdrawn);
}

/**
 * `undefined` if Mooring cannot repair it: the resource was deleted or matches, no Service is proved to own it, or an operator must
 * decide. Orphans are only deleted by the sweep, which re-verifies each of them.
 */
export async function planFix(
  run: Run,
  { check, about }: Pick<Finding, "check" | "about">,
): Promise<Plan | undefined> {
  if (FIELDS[check] === undefined && !CONNECTIONS.has(check)) return undefined;
  const planned = await planById(run, parseResourceId(about)?.parentId ?? about);
  const changes = planned?.plan.changes.filter(({ resourceId }) => sameId(resourceId, about)) ?? [];
  return changes.length > 0 ? { changes } : undefined;
}
