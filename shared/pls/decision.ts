/** A person's word on a connection, as a plan. */
import type { Plan } from "../changes/plan.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { InboxRow } from "./inbox.ts";
import { decide } from "./planConnections.ts";

export interface PersonsDecision {
  readonly status: "Approved" | "Rejected";
  /** Why; the consumer reads it, and the journal keeps it. */
  readonly reason: string;
  readonly who: string;
}

/** The states that Azure lets a decision change. */
const DECIDABLE: Readonly<Record<PersonsDecision["status"], readonly string[]>> = {
  Approved: ["Pending", "Rejected"],
  Rejected: ["Pending", "Approved"],
};

/** Empty if it is so already. @throws InvalidInput if nothing is decided there */
export function planDecision(run: Run, row: InboxRow, { status, reason, who }: PersonsDecision): Plan {
  if (row.isOff)
    throw new InvalidInput(`Private Link Service ${row.pls} is tagged mooring: off; take the tag away first`);
  if (row.status === status) return { changes: [] };
  if (!DECIDABLE[status].includes(row.status))
    throw new InvalidInput(
      `private endpoint connection ${row.name} is ${row.status || "in an unknown state"}: only ${DECIDABLE[status].join(" or ")} ones can become ${status}`,
    );
  const change = decide(row, status, {
    capability: status === "Approved" ? "connections" : "rejections",
    owner: { cluster: row.cluster },
    reason: `${who} says: ${reason}`,
    description: `${status} by ${who}: ${reason}`,
    evidence: [
      { says: `${who} decided: ${reason}`, source: "operator", atUtc: run.now().toISOString() },
      {
        says: `Private Link Service ${row.pls} stands on a load balancer of cluster ${row.cluster}`,
        source: "Azure",
        atUtc: run.now().toISOString(),
      },
    ],
  });
  return { changes: [change] };
}
