/** The deletes that are due, in the order that Azure takes them: dead connections, links, load balancers. Pure. */
import type { Change, Plan } from "../changes/plan.ts";
import { sameId } from "../network/resourceId.ts";
import type { Quarantined } from "./model.ts";
import type { World } from "./world.ts";

/** A load balancer waits for every link on it: one that is not due keeps it. */
export function planSweep(quarantined: readonly Quarantined[], world: World): Plan {
  const due = quarantined.filter(({ deleteAfterUtc }) => deleteAfterUtc <= world.nowUtc);
  const links = due.filter(({ kind }) => kind === "link");
  const balancers = due.filter(
    ({ kind, resourceId }) => kind === "loadBalancer" && !isHeld(resourceId, links, world),
  );
  return {
    changes: [
      ...links.flatMap((row) => [...connectionsOf(row, world), deletion(row, row.resourceId)]),
      ...balancers.map((row) => deletion(row, row.resourceId)),
    ],
  };
}

function connectionsOf(row: Quarantined, world: World): Change[] {
  const link = world.links.find(({ id }) => sameId(id, row.resourceId));
  return (link?.connections ?? []).map(({ id }) => deletion(row, id));
}

function isHeld(balancerId: string, dueLinks: readonly Quarantined[], world: World): boolean {
  const balancer = world.balancers.find(({ id }) => sameId(id, balancerId));
  const on = world.links.filter((link) =>
    link.frontendIds.some((id) => balancer?.frontends.some((frontend) => sameId(frontend.id, id))),
  );
  return on.some((link) => !dueLinks.some(({ resourceId }) => sameId(resourceId, link.id)));
}

function deletion(row: Quarantined, resourceId: string): Change {
  const { cluster, evidence } = row;
  return {
    action: "delete",
    capability: "sweep",
    resourceId,
    cluster,
    reason: `orphan in quarantine since ${row.quarantinedAtUtc}: ${row.reason}`,
    evidence,
  };
}
