/**
 * Pending connections from subscriptions that the owner auto-approves are approved; every other is left to people. Pure.
 * `*` in auto-approval has no meaning for the CCM nor in ARM, so it approves nobody.
 */
import type { Change, Evidence, Plan } from "../changes/plan.ts";
import type { Declared } from "../intents/model.ts";
import type { Connection, Link } from "../network/model.ts";
import { parseResourceId } from "../network/resourceId.ts";

const STATUS = "properties.privateLinkServiceConnectionState.status";
const DESCRIPTION = "properties.privateLinkServiceConnectionState.description";

export function planConnections(link: Link, owner: Declared, evidence: readonly Evidence[]): Plan {
  const approved = new Set((owner.intent.link?.autoApproval ?? []).map((id) => id.toLowerCase()));
  const pending = link.connections.filter(({ status }) => status === "Pending");
  return {
    changes: pending
      .filter((connection) => approved.has(consumerOf(connection) ?? ""))
      .map((connection) => approval(connection, owner, evidence)),
  };
}

/** Lower-case subscription of the consumer's endpoint; `undefined` if Azure does not tell. */
export function consumerOf(connection: Connection): string | undefined {
  return connection.endpointId && parseResourceId(connection.endpointId)?.subscription.toLowerCase();
}

function approval(connection: Connection, owner: Declared, evidence: readonly Evidence[]): Change {
  const { cluster, namespace, name } = owner;
  return {
    action: "update",
    capability: "connections",
    resourceId: connection.id,
    cluster,
    namespace,
    reason: `Service ${cluster}/${namespace}/${name} auto-approves subscription ${consumerOf(connection)}`,
    evidence,
    edits: [
      { path: STATUS, before: "Pending", after: "Approved" },
      {
        path: DESCRIPTION,
        before: connection.description,
        after: "Approved by Mooring: declared in auto-approval",
      },
    ],
  };
}
