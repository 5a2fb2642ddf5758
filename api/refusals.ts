/** What admission refused, or would have refused in warn mode. */
import * as z from "zod";
import { listRefusals, type RefusalFilter } from "../shared/admission/refusalStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import { clusterFilter, demandFilters } from "./filters.ts";
import { AdmissionMode, pageOf, Refusal } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { pageOfStream, paging, startOf } from "./page.ts";

const Filter = z.strictObject({
  cluster: z.string().toLowerCase().optional(),
  namespace: z.string().optional(),
  mode: AdmissionMode.optional(),
  sinceUtc: z.iso.datetime().optional(),
  ...paging,
});

export const refusals = [
  defineOperation({
    name: "listRefusals",
    method: "GET",
    path: "/refusals",
    summary: "List Services that admission refused, or would have refused in warn mode, newest day first",
    role: "Mooring.Reader",
    query: Filter,
    response: pageOf(Refusal),
    handle: async ({ run, query }) => {
      const { limit, continuation, ...filter } = query;
      const body = await pageOfStream(found(run, filter, startOf(continuation)), {
        limit,
        show: (refusal: Refusal) => refusal,
      });
      if (body.items.length === 0) await demandFilters([clusterFilter(run, query.cluster)]);
      return { body };
    },
  }),
];

async function* found(run: Run, filter: RefusalFilter, after: string | undefined) {
  for await (const { key, value } of listRefusals(run, filter, after)) yield { item: value, at: key };
}
