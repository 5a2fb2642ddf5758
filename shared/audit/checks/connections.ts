import { consumerOf } from "../../pls/planConnections.ts";
import { desiredPls } from "../../pls/desired.ts";
import { defineCheck, type Draft, type Subjects } from "../check.ts";
import { plannedConnection } from "../planned.ts";

function isDeclared({ connection, owner, policy }: Subjects["connection"]): boolean {
  const consumer = consumerOf(connection);
  const declared = owner?.intent.pls ? desiredPls(owner.intent.pls, policy).autoApproval : [];
  return consumer !== undefined && declared.some((id) => id.toLowerCase() === consumer);
}

/** Time for the reconcile that approves the connection. */
const SETTLES_MINUTES = 10;

function about(subject: Subjects["connection"], message: string, advice: string): Draft {
  const { connection, cluster } = subject;
  return { about: connection.id, cluster: cluster.name, message, advice, ...plannedConnection(subject) };
}

export const connectionPendingUndeclared = defineCheck({
  id: "connection-pending-undeclared",
  title: "A private endpoint connection of an undeclared subscription is pending",
  severity: "warning",
  docs: "The connection needs a manual decision. `audit.pendingHours` sets how long a connection may stay pending before it is reported.",
  on: "connection",
  check: (subject) => {
    const { connection, pls } = subject;
    if (connection.status !== "Pending" || isDeclared(subject)) return undefined;
    const draft = about(
      subject,
      `private endpoint connection ${connection.name} of Private Link Service ${pls.name} is pending; subscription ${consumerOf(connection) ?? "unknown"} is not auto-approved`,
      "approve or reject the connection (mooring connections), or add its subscription to azure-pls-auto-approval",
    );
    return { ...draft, settlesWithinMinutes: subject.policy.audit.pendingHours * 60 };
  },
});

export const connectionPendingDeclared = defineCheck({
  id: "connection-pending-declared",
  title: "A private endpoint connection of a declared subscription is still pending",
  severity: "error",
  docs: "Mooring approves such connections within seconds in mode `enforce`. A mode, a guard or an error prevents it.",
  on: "connection",
  check: (subject) => {
    const { connection, pls } = subject;
    if (connection.status !== "Pending" || !isDeclared(subject)) return undefined;
    const draft = about(
      subject,
      `private endpoint connection ${connection.name} of Private Link Service ${pls.name} is pending although its subscription is auto-approved`,
      "check that the mode of connections is enforce; the journal shows why Mooring did not approve it",
    );
    return { ...draft, settlesWithinMinutes: SETTLES_MINUTES };
  },
});

export const connectionNoLongerDeclared = defineCheck({
  id: "connection-no-longer-declared",
  title: "A private endpoint connection is approved, but its subscription is not declared",
  severity: "info",
  docs: "The consumer keeps its access although the Service no longer declares its subscription in azure-pls-auto-approval.",
  on: "connection",
  check: (subject) => {
    const { connection, pls, owner } = subject;
    if (connection.status !== "Approved" || !owner?.intent.pls || isDeclared(subject)) return undefined;
    return about(
      subject,
      `private endpoint connection ${connection.name} of Private Link Service ${pls.name} is approved; subscription ${consumerOf(connection) ?? "unknown"} is not auto-approved`,
      "expected if it was approved manually; otherwise reject it, or set policy connections.rejectWithdrawn",
    );
  },
});

export const connectionDisconnected = defineCheck({
  id: "connection-disconnected",
  title: "A private endpoint connection is disconnected",
  severity: "info",
  docs: "The private endpoint was deleted. The connection still counts toward the endpoint limit of the Private Link Service.",
  on: "connection",
  check: (subject) => {
    const { connection, pls } = subject;
    if (connection.status !== "Disconnected") return undefined;
    return about(
      subject,
      `private endpoint connection ${connection.name} of Private Link Service ${pls.name} is disconnected: its private endpoint was deleted`,
      "delete the connection",
    );
  },
});
