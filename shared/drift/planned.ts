/** What the links' reconcile would do about a finding, as `mooring links plan` prints it, without the evidence. Pure. */
import { printChange } from "../changes/diff.ts";
import { isTaggedOff } from "../changes/offTag.ts";
import type { Change } from "../changes/plan.ts";
import type { DesiredLink } from "../links/desired.ts";
import { planConnections } from "../links/planConnections.ts";
import { PATHS, planLink } from "../links/planLink.ts";
import { sameId } from "../network/resourceId.ts";
import type { Subjects } from "./check.ts";

type Planned = { readonly planned?: readonly string[] };

/** The edit of one field of a link; nothing if Mooring may not write it. */
export function plannedField({ link, owner, policy }: Subjects["link"], field: keyof DesiredLink): Planned {
  if (!owner || isTaggedOff(link.tags)) return {};
  const [change] = planLink(link, owner, { evidence: [], policy }).changes;
  if (change?.action !== "update") return {};
  const edits = change.edits.filter(({ path }) => path === PATHS[field]);
  return edits.length > 0 ? lines({ ...change, edits }) : {};
}

/** What is planned for one connection. */
export function plannedConnection({ connection, link, owner, policy }: Subjects["connection"]): Planned {
  if (!owner || isTaggedOff(link.tags)) return {};
  const { changes } = planConnections(link, owner, { evidence: [], policy, overdue: new Set() });
  const change = changes.find(({ resourceId }) => sameId(resourceId, connection.id));
  return change ? lines(change) : {};
}

function lines(change: Change): Planned {
  return { planned: printChange(change, (_, line) => line).split("\n") };
}
