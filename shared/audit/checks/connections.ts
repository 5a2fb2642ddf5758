import { consumerOf } from "../../pls/planConnections.ts";
import { desiredPls } from "../../pls/desired.ts";
import { defineCheck, type Draft, type Subjects } from "../check.ts";
import { plannedConnection } from "../planned.ts";

function isDeclared({ connection, owner, policy }: Subjects["connection"]): boolean {
  const consumer = consumerOf(connection);
  const declared = owner?.intent.pls ? desiredPls(owner.intent.pls, policy).autoApproval : [];
  return consumer !== undefined && declared.some((id) => id.toLowerCase() === consumer);
}

/** The reconcile that approves it may be on its way. */
const SETTLES_MINUTES = 10;

function about(subject: Subjects["connection"], message: string, advice: string): Draft {
  const { connection, cluster } = subject;
  return { about: connection.id, cluster: cluster.name, message, advice, ...plannedConnection(subject) };
}

export const connectionPendingUndeclared = defineCheck({
  id: "connection-pending-undeclared",
  title: "A connection waits whose subscription nobody declared",
  severity: "warn",
  docs: "A consumer waits for a person. `audit.pendingHours` says how long it may.",
  on: "connection",
  check: (subject) => {
    const { connection, pls } = subject;
    if (connection.status !== "Pending" || isDeclared(subject)) return undefined;
    const draft = about(
      subject,
      `connection ${connection.name} on Private Link Service ${pls.name} waits; its subscription (${consumerOf(connection) ?? "unknown"}) is not auto-approved`,
      "approve or reject it, or declare its subscription in azure-pls-auto-approval",
    );
    return { ...draft, settlesWithinMinutes: subject.policy.audit.pendingHours * 60 };
  },
});

export const connectionPendingDeclared = defineCheck({
  id: "connection-pending-declared",
  title: "A declared connection still waits",
  severity: "error",
  docs: "Mooring approves such connections within seconds; something keeps it from doing so.",
  on: "connection",
  check: (subject) => {
    const { connection, pls } = subject;
    if (connection.status !== "Pending" || !isDeclared(subject)) return undefined;
    const draft = about(
      subject,
      `connection ${connection.name} on Private Link Service ${pls.name} waits although its subscription is auto-approved`,
      "Mooring approves it in mode enforce; see the journal for why it did not",
    );
    return { ...draft, settlesWithinMinutes: SETTLES_MINUTES };
  },
});

export const connectionNoLongerDeclared = defineCheck({
  id: "connection-no-longer-declared",
  title: "An approved connection whose subscription is not auto-approved",
  severity: "info",
  docs: "A consumer keeps its way in although the Service does not name it any more.",
  on: "connection",
  check: (subject) => {
    const { connection, pls, owner } = subject;
    if (connection.status !== "Approved" || !owner?.intent.pls || isDeclared(subject)) return undefined;
    return about(
      subject,
      `connection ${connection.name} on Private Link Service ${pls.name} is approved; its subscription (${consumerOf(connection) ?? "unknown"}) is not auto-approved`,
      "if a person approved it all is well; else reject it, or let policy do so (connections.rejectWithdrawn)",
    );
  },
});

export const connectionDisconnected = defineCheck({
  id: "connection-disconnected",
  title: "A connection whose consumer has left",
  severity: "info",
  docs: "It counts against the Private Link Service's endpoints and is of no use to anybody.",
  on: "connection",
  check: (subject) => {
    const { connection, pls } = subject;
    if (connection.status !== "Disconnected") return undefined;
    return about(
      subject,
      `connection ${connection.name} on Private Link Service ${pls.name} is disconnected: its endpoint is gone`,
      "remove the connection",
    );
  },
});
