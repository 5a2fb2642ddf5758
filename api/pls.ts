import * as z from "zod";
import { inParts, oneByOne } from "../shared/changes/parts.ts";
import { planById, type PlannedPls } from "../shared/pls/planFor.ts";
import { reverified } from "../shared/pls/reverify.ts";
import type { Policy } from "../shared/policy/policy.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import { compareFields, summarize } from "./plsFields.ts";
import { graphOf } from "./plsGraph.ts";
import { showConnection } from "./connections.ts";
import { demandPlsId } from "./plsId.ts";
import { PrivateLinkService, PlsSummary, Outcome, pageOf as schemaOfPage } from "./model.ts";
import { clusterFilter, demandFilters, subscriptionFilter } from "./filters.ts";
import { defineOperation } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { carryOut, planning, showPlan } from "./plans.ts";
import { plannedPrivateLinkServices } from "./plannedPrivateLinkServices.ts";
import { ApiProblem } from "./problem.ts";
import { recently } from "./recent.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const Key = z.strictObject({ key: z.string().min(1).max(2048) });

const Filter = z.strictObject({
  state: PlsSummary.shape.state.optional(),
  cluster: z.string().toLowerCase().optional(),
  subscription: z.string().optional(),
  /** Text in its name, resource group or Service. */
  q: z.string().optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

export const privateLinkServices = [
  defineOperation({
    name: "listPrivateLinkServices",
    method: "GET",
    path: "/pls",
    summary:
      "List Private Link Services of the watched subscriptions, with their Service and whether they match its declaration",
    role: "Mooring.Reader",
    query: Filter,
    response: schemaOfPage(PlsSummary),
    handle: async ({ run, query }) => {
      const [planned, { policy }] = await waitForAll([plannedPrivateLinkServices(run), readPolicy(run)]);
      const all = planned.map((one) => summarize(one, policy));
      const subscriptions = all.map(({ subscription }) => subscription);
      await demandFilters([
        clusterFilter(run, query.cluster, all),
        subscriptionFilter(run, query.subscription, subscriptions),
      ]);
      const matching = all.filter((pls) => fits(pls, query));
      return { body: pageOf(matching, ({ name, id }) => `${name} ${id}`, { ...query, show: (pls) => pls }) };
    },
  }),
  defineOperation({
    name: "getPls",
    method: "GET",
    path: "/pls/{key}",
    summary:
      "Get a Private Link Service: declared and actual fields, private endpoint connections, topology, and the plan of a reconcile",
    role: "Mooring.Reader",
    params: Key,
    response: PrivateLinkService,
    handle: async ({ run, params }) => {
      const id = demandPlsId(run, params.key);
      const planned = await recently(run, `Private Link Service ${id}`, () => planById(run, id));
      if (!planned) throw new ApiProblem(404, "Private Link Service not found");
      return { body: showPls(planned, (await readPolicy(run)).policy) };
    },
  }),
  defineOperation({
    name: "reconcilePls",
    method: "POST",
    path: "/pls/{key}/reconcile",
    summary: "Reconcile a Private Link Service and its private endpoint connections with the declaration",
    role: "Mooring.Operator",
    params: Key,
    query: planning,
    response: Outcome,
    errors: [412, 428],
    handle: async (call) => {
      const planned = await planById(call.run, demandPlsId(call.run, call.params.key));
      if (!planned) throw new ApiProblem(404, "Private Link Service not found");
      const { plan } = planned;
      const apply = inParts(call.app.apply, oneByOne(plan));
      const options = reverified(call.run, plan);
      return carryOut(call, { plan, apply, options, why: "manual reconcile" });
    },
  }),
];

function fits(pls: PlsSummary, { state, cluster, subscription, q }: Filter): boolean {
  if (state !== undefined && pls.state !== state) return false;
  if (cluster !== undefined && pls.cluster !== cluster) return false;
  if (subscription !== undefined && pls.subscription !== subscription.toLowerCase()) return false;
  const text = `${pls.name} ${pls.resourceGroup} ${pls.service ?? ""}`.toLowerCase();
  return q === undefined || text.includes(q.toLowerCase());
}

function showPls(planned: PlannedPls, policy: Policy): PrivateLinkService {
  const { pls, plan } = planned;
  const { alias, location, provisioningState, tags } = pls;
  return {
    ...summarize(planned, policy),
    alias,
    location,
    provisioningState,
    tags: { ...tags },
    fields: compareFields(planned, policy),
    connectionList: pls.connections.map((one) => showConnection(planned, one, policy)),
    graph: graphOf(planned),
    plan: showPlan(plan),
  };
}
