/** What Mooring would do about a finding: the part of the link's reconcile that is about its subject, from fresh reads. */
import type { Plan } from "../changes/plan.ts";
import { linkPlanner } from "../links/planFor.ts";
import { parseResourceId, sameId } from "../network/resourceId.ts";
import type { Policy } from "../policy.ts";
import type { Run } from "../ports.ts";
import type { Finding } from "./finding.ts";

type Field = Policy["links"]["fields"][number];

/** The field of a link that each check is about. */
const FIELDS: Readonly<Record<string, Field>> = {
  "link-visibility-differs": "visibility",
  "link-auto-approval-differs": "autoApproval",
  "link-fqdns-differ": "fqdns",
  "link-proxy-protocol-differs": "proxyProtocol",
};
const CONNECTIONS = new Set(["connection-pending-declared", "connection-no-longer-declared"]);

/** True of checks whose finding the links' reconcile mends by itself. Pure. */
export function isRepairable(check: string, { links }: Pick<Policy, "links">): boolean {
  const field = FIELDS[check];
  return field === undefined ? check === "connection-pending-declared" : links.fields.includes(field);
}

/** True of findings for which `planFix` may know something. Pure. */
export function isFixable(
  { check, resolvedAtUtc }: Pick<Finding, "check" | "resolvedAtUtc">,
  policy: Pick<Policy, "links" | "connections">,
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
  const link = await run.ports.network.link(parseResourceId(about)?.parentId ?? about);
  if (!link) return undefined;
  const { plan } = await linkPlanner(run, "one")(link);
  const changes = plan.changes.filter(({ resourceId }) => sameId(resourceId, about));
  return changes.length > 0 ? { changes } : undefined;
}
