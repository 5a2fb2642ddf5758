/** Plans a manual decision on a connection. */
import type { Plan } from "../changes/plan.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { InboxRow } from "./inbox.ts";
import { decide } from "./planConnections.ts";

export interface PersonsDecision {
  readonly status: "Approved" | "Rejected";
  /** Shown to the consumer and recorded in the journal. */
  readonly reason: string;
  readonly who: string;
}

/** States that a decision can change in Azure. */
const DECIDABLE: Readonly<Record<PersonsDecision["status"], readonly string[]>> = {
  Approved: ["Pending", "Rejected"],
  Rejected: ["Pending", "Approved"],
};

/** Empty if the connection already has the state. @throws InvalidInput if Mooring may not decide on it */
export function planDecision(run: Run, row: InboxRow, { status, reason, who }: PersonsDecision): Plan {
  if (row.isOff)
    throw new InvalidInput(`Private Link Service ${row.pls} is tagged mooring: off; remove the tag first`);
  if (row.status === status) return { changes: [] };
  if (!DECIDABLE[status].includes(row.status))
    throw new InvalidInput(
      `private endpoint connection ${row.name} is ${row.status || "in an unknown state"}: only ${DECIDABLE[status].join(" or ")} ones can become ${status}`,
    );
  const change = decide(row, status, {
    capability: status === "Approved" ? "connections" : "rejections",
    owner: { cluster: row.cluster },
    reason: `${who}: ${reason}`,
    description: `${status} by ${who}: ${reason}`,
    evidence: [
      { says: `${who} decided: ${reason}`, source: "operator", atUtc: run.now().toISOString() },
      {
        says: `Private Link Service ${row.pls} is attached to a load balancer of cluster ${row.cluster}`,
        source: "Azure",
        atUtc: run.now().toISOString(),
      },
    ],
  });
  return { changes: [change] };
}
