/**
 * Pending connections from subscriptions that the owner auto-approves are approved; of the others policy may have some rejected, and
 * all else is left to people. Pure. `*` in auto-approval has no meaning for the CCM nor in ARM, so it approves nobody.
 */
import type { Change, Evidence, Plan } from "../changes/plan.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Connection, PrivateLinkService } from "../azure/networkModel.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import { desiredPls } from "./desired.ts";

const STATUS = "properties.privateLinkServiceConnectionState.status";
const DESCRIPTION = "properties.privateLinkServiceConnectionState.description";

const APPROVED_BECAUSE_DECLARED = "Approved by Mooring: declared in auto-approval";
/** What Azure writes when its own auto-approval approves. */
const AZURES_OWN = "Auto Approved";

export interface ConnectionsInput {
  readonly evidence: readonly Evidence[];
  readonly policy: Pick<Policy, "privateLinkServices" | "connections">;
  /** Connections, by id in lower case, that are known to have waited for as long as policy lets them. */
  readonly overdue: ReadonlySet<string>;
}

export function planConnections(pls: PrivateLinkService, owner: Declared, input: ConnectionsInput): Plan {
  const declared = owner.intent.pls ? desiredPls(owner.intent.pls, input.policy).autoApproval : [];
  const approved = new Set(declared.map((id) => id.toLowerCase()));
  return {
    changes: pls.connections.flatMap((connection) => {
      const isDeclared = approved.has(consumerOf(connection) ?? "");
      return (isDeclared ? approval(connection, owner, input) : rejection(connection, owner, input)) ?? [];
    }),
  };
}

/** Lower-case subscription of the consumer's endpoint; `undefined` if Azure does not tell. */
export function consumerOf(connection: Connection): string | undefined {
  return parseResourceId(connection.endpointId ?? "")?.subscription.toLowerCase();
}

function approval(
  connection: Connection,
  owner: Declared,
  { evidence }: ConnectionsInput,
): Change | undefined {
  if (connection.status !== "Pending") return undefined;
  const { cluster, namespace, name } = owner;
  return decide(connection, "Approved", {
    capability: "connections",
    owner,
    reason: `Service ${cluster}/${namespace}/${name} auto-approves subscription ${consumerOf(connection)}`,
    description: APPROVED_BECAUSE_DECLARED,
    evidence,
  });
}

function rejection(connection: Connection, owner: Declared, input: ConnectionsInput): Change | undefined {
  const reason = whyRejected(connection, input);
  if (reason === undefined) return undefined;
  const description = `Rejected by Mooring: ${reason}`;
  const { evidence } = input;
  return decide(connection, "Rejected", { capability: "rejections", owner, reason, description, evidence });
}

function whyRejected(connection: Connection, input: ConnectionsInput): string | undefined {
  const { rejectPendingAfterHours: hours, rejectWithdrawn } = input.policy.connections;
  const consumer = consumerOf(connection);
  // Whose it is unknown may be anybody's.
  if (consumer === undefined) return undefined;
  if (connection.status === "Approved")
    return rejectWithdrawn && wasAutomatic(connection)
      ? `subscription ${consumer} is not auto-approved any more`
      : undefined;
  if (connection.status !== "Pending" || hours === undefined) return undefined;
  const isOverdue = input.overdue.has(connection.id.toLowerCase());
  return isOverdue ? `nobody approved it within ${hours} hours` : undefined;
}

/** Approved because it was declared, not because a person said so: what a person decided stays decided. */
function wasAutomatic({ description }: Connection): boolean {
  return description === APPROVED_BECAUSE_DECLARED || description === AZURES_OWN;
}

export interface Decision {
  readonly capability: "connections" | "rejections";
  readonly owner: Pick<Declared, "cluster"> & Partial<Pick<Declared, "namespace">>;
  readonly reason: string;
  /** What the consumer reads. */
  readonly description: string;
  readonly evidence: readonly Evidence[];
}

/** The change that approves or rejects a connection. */
export function decide(connection: Connection, status: "Approved" | "Rejected", decision: Decision): Change {
  const { capability, owner, reason, description, evidence } = decision;
  return {
    action: "update",
    capability,
    resourceId: connection.id,
    cluster: owner.cluster,
    ...(owner.namespace !== undefined && { namespace: owner.namespace }),
    reason,
    evidence,
    edits: [
      { path: STATUS, before: connection.status, after: status },
      { path: DESCRIPTION, before: connection.description, after: description },
    ],
  };
}
