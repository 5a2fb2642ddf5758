/** The repair of a finding by the PLS reconcile, as `mooring pls plan` prints it, without the evidence. Pure. */
import { printChange } from "../changes/diff.ts";
import { isTaggedOff } from "../changes/offTag.ts";
import type { Change } from "../changes/plan.ts";
import type { DesiredPls } from "../pls/desired.ts";
import { planConnections } from "../pls/planConnections.ts";
import { PATHS, planPls } from "../pls/planPls.ts";
import { sameId } from "../azure/resourceId.ts";
import type { Subjects } from "./check.ts";

type Planned = { readonly planned?: readonly string[] };

/** The edit of one field of a PLS; empty if Mooring may not write it. */
export function plannedField({ pls, owner, policy }: Subjects["pls"], field: keyof DesiredPls): Planned {
  if (!owner || isTaggedOff(pls.tags)) return {};
  const [change] = planPls(pls, owner, { evidence: [], policy }).changes;
  if (change?.action !== "update") return {};
  const edits = change.edits.filter(({ path }) => path === PATHS[field]);
  return edits.length > 0 ? lines({ ...change, edits }) : {};
}

/** The planned change of one private endpoint connection. */
export function plannedConnection({ connection, pls, owner, policy }: Subjects["connection"]): Planned {
  if (!owner || isTaggedOff(pls.tags)) return {};
  const { changes } = planConnections(pls, owner, { evidence: [], policy, overdue: new Set() });
  const change = changes.find(({ resourceId }) => sameId(resourceId, connection.id));
  return change ? lines(change) : {};
}

function lines(change: Change): Planned {
  return { planned: printChange(change, (_, line) => line).split("\n") };
}
