/**
 * Approves pending connections from subscriptions that the owner auto-approves; rejects others if policy
 * states so; leaves the rest for a manual decision. Pure. `*` in auto-approval has no meaning for the CCM or
 * ARM, so it approves no subscription.
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
  /** Lower-case ids of connections that have been pending for longer than policy allows. */
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

/** Lower-case subscription of the consumer's endpoint; `undefined` if Azure does not report it. */
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
  // A connection with an unknown subscription may come from any consumer.
  if (consumer === undefined) return undefined;
  if (connection.status === "Approved")
    return rejectWithdrawn && wasAutomatic(connection)
      ? `subscription ${consumer} is no longer auto-approved`
      : undefined;
  if (connection.status !== "Pending" || hours === undefined) return undefined;
  const isOverdue = input.overdue.has(connection.id.toLowerCase());
  return isOverdue ? `no one approved it within ${hours} hours` : undefined;
}

/** Approved because of the declaration; a manual decision is never changed. */
function wasAutomatic({ description }: Connection): boolean {
  return description === APPROVED_BECAUSE_DECLARED || description === AZURES_OWN;
}

export interface Decision {
  readonly capability: "connections" | "rejections";
  readonly owner: Pick<Declared, "cluster"> & Partial<Pick<Declared, "namespace">>;
  readonly reason: string;
  /** Message that the consumer sees. */
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
