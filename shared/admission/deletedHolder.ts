/** What frees a place whose Service was in a cluster that was deleted, and when. Only a Service that is refused pays for the read. */
import type { Deletion } from "../declarations/clusterModel.ts";
import { PLS_TYPE, canonicalId, parseResourceId, resourceName, typeOf } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Answered } from "./handover.ts";
import { cachedPolicy } from "./cached.ts";

/** Goes on the sentence that names the Service. */
export async function whatFreesOfDeleted(
  run: Run,
  { row, holder }: Answered,
  deletion: Deletion,
): Promise<string> {
  const name = holder?.owner.cluster;
  const { policy } = await cachedPolicy(run);
  const deleted = `; its cluster ${name} was deleted`;
  if (deletion.provedAtUtc === undefined) {
    const { heardAtUtc, missing = "" } = deletion;
    const endsAtUtc = heardAtUtc === undefined ? "" : later(heardAtUtc, policy.staleMinutes);
    if (endsAtUtc > run.now().toISOString())
      return `${deleted}: its claims end after ${endsAtUtc} if nothing is received from it until then; retry after that`;
    return `${deleted}, which is not proved (${missing}): an operator runs \`mooring clusters remove ${name}\``;
  }
  const { holderId } = row.assignment ?? {};
  if (holderId === undefined) return `${deleted}: its claims end with the next scan`;
  return `${deleted}: ${await whatIsLeft(run, holderId, policy.modes.sweep)}`;
}

function later(utc: string, minutes: number): string {
  return new Date(Date.parse(utc) + minutes * 60_000).toISOString();
}

/** Of a frontend its load balancer, which a sweep deletes. */
async function whatIsLeft(run: Run, holderId: string, mode: "observe" | "enforce"): Promise<string> {
  const isPls = typeOf(holderId) === PLS_TYPE;
  const id = isPls ? holderId : (parseResourceId(holderId)?.parentId ?? holderId);
  const what = `${isPls ? "Private Link Service" : "load balancer"} ${resourceName(id)}`;
  const row = await run.ports.tables.quarantine.get("all", canonicalId(id));
  const left = `${what}, which it left, has the address until it is deleted`;
  if (!row) return `${left}; the next sweep looks at it`;
  const { deleteAfterUtc } = row.value;
  return mode === "enforce"
    ? `${left}: Mooring deletes it after ${deleteAfterUtc}`
    : `${left}: an operator runs \`mooring orphans sweep\` after ${deleteAfterUtc}`;
}
