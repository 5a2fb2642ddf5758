/** What Mooring would do about a finding: the part of the PLS's reconcile that is about its subject, from fresh reads. */
import type { Plan } from "../changes/plan.ts";
import { plsPlanner } from "../pls/planFor.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { Finding } from "../findings/finding.ts";

type Field = Policy["privateLinkServices"]["fields"][number];

/** The field of a PLS that each check is about. */
const FIELDS: Readonly<Record<string, Field>> = {
  "pls-visibility-differs": "visibility",
  "pls-auto-approval-differs": "autoApproval",
  "pls-fqdns-differ": "fqdns",
  "pls-proxy-protocol-differs": "proxyProtocol",
};
const CONNECTIONS = new Set(["connection-pending-declared", "connection-no-longer-declared"]);

/** True of checks whose finding the Private Link Services' reconcile mends by itself. Pure. */
export function isRepairable(
  check: string,
  { privateLinkServices }: Pick<Policy, "privateLinkServices">,
): boolean {
  const field = FIELDS[check];
  return field === undefined
    ? check === "connection-pending-declared"
    : privateLinkServices.fields.includes(field);
}

/** True of findings for which `planFix` may know something. Pure. */
export function isFixable(
  { check, resolvedAtUtc }: Pick<Finding, "check" | "resolvedAtUtc">,
  policy: Pick<Policy, "privateLinkServices" | "connections">,
): boolean {
  if (resolvedAtUtc !== undefined) return false;
  const { rejectWithdrawn } = policy.connections;
  return isRepairable(check, policy) || (check === "connection-no-longer-declared" && rejectWithdrawn);
}

/**
 * `undefined` where Mooring can do nothing: the thing is gone or in order, no Service is proved to own it, or only people may decide.
 * Orphans leave through quarantine and sweep alone, where each delete is proved anew.
 */
export async function planFix(
  run: Run,
  { check, about }: Pick<Finding, "check" | "about">,
): Promise<Plan | undefined> {
  if (FIELDS[check] === undefined && !CONNECTIONS.has(check)) return undefined;
  const pls = await run.ports.network.pls(parseResourceId(about)?.parentId ?? about);
  if (!pls) return undefined;
  const { plan } = await plsPlanner(run, "one")(pls);
  const changes = plan.changes.filter(({ resourceId }) => sameId(resourceId, about));
  return changes.length > 0 ? { changes } : undefined;
}
