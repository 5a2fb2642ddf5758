/** Holds of operators: what Mooring does not delete, whether a Service uses it or not. */
import * as z from "zod";
import { canonicalId, resourceName } from "../shared/azure/resourceId.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { findHold, hold, listHolds, release } from "../shared/orphans/hold.ts";
import { findHoldable } from "../shared/orphans/holdable.ts";
import type { Hold as StoredHold } from "../shared/orphans/model.ts";
import type { Run } from "../shared/ports/ports.ts";
import { demandKey, keyOf } from "./key.ts";
import { Hold, Holds, NewHold } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { ApiProblem } from "./problem.ts";
import { forget } from "./recent.ts";

const Key = z.strictObject({ key: z.string().min(1).max(2048) });

export const holds = [
  defineOperation({
    name: "listHolds",
    method: "GET",
    path: "/holds",
    summary: "List holds, also of resources that a Service uses or that no longer exist",
    role: "Mooring.Reader",
    query: z.strictObject(paging),
    response: Holds,
    handle: async ({ run, query }) => ({
      body: pageOf(await listHolds(run), ({ resourceId }) => canonicalId(resourceId), {
        ...query,
        show: showHold,
      }),
    }),
  }),
  defineOperation({
    name: "holdResource",
    method: "PUT",
    path: "/holds/{key}",
    summary:
      "Hold a load balancer, frontend, rule, Private Link Service or connection: it is not deleted until the hold is released",
    role: "Mooring.Operator",
    params: Key,
    body: NewHold,
    response: Hold,
    handle: async ({ run, params, body, principal }) => {
      const resourceId = await demandHoldable(run, demandKey(params.key));
      await hold(run, resourceId, { who: principal.name, why: body.reason });
      forget(run);
      return { body: showHold(await demandHold(run, resourceId)) };
    },
  }),
  defineOperation({
    name: "releaseHold",
    method: "DELETE",
    path: "/holds/{key}",
    summary: "Release a hold. The grace period of an orphan starts again",
    role: "Mooring.Operator",
    params: Key,
    response: Hold,
    handle: async ({ run, params }) => {
      const held = await demandHold(run, demandKey(params.key));
      await release(run, held.resourceId);
      forget(run);
      return { body: showHold(held) };
    },
  }),
];

async function demandHoldable(run: Run, id: string): Promise<string> {
  try {
    return await findHoldable(run, id);
  } catch (error) {
    if (error instanceof InvalidInput) throw new ApiProblem(404, error.problems);
    throw error;
  }
}

async function demandHold(run: Run, id: string): Promise<StoredHold> {
  const held = await findHold(run, id);
  if (held) return held;
  throw new ApiProblem(404, `${resourceName(id)} is not on hold`);
}

function showHold({ resourceId, who, why, sinceUtc }: StoredHold): Hold {
  return { key: keyOf(resourceId), resourceId, name: resourceName(resourceId), who, why, sinceUtc };
}
