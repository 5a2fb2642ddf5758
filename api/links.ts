import * as z from "zod";
import { inParts, oneByOne } from "../shared/changes/parts.ts";
import type { PlannedLink } from "../shared/links/planFor.ts";
import { linkPlanner } from "../shared/links/planFor.ts";
import type { Policy } from "../shared/policy.ts";
import { readPolicy } from "../shared/policyStore.ts";
import type { Run } from "../shared/ports.ts";
import { compareFields, summarize } from "./linkFields.ts";
import { graphOf } from "./linkGraph.ts";
import { showConnection } from "./connections.ts";
import { demandLinkId } from "./linkId.ts";
import { Link, LinkSummary, Outcome, pageOf as schemaOfPage } from "./model.ts";
import { clusterFilter, demandFilters, subscriptionFilter } from "./filters.ts";
import { defineOperation } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { carryOut, planning, showPlan } from "./plans.ts";
import { plannedLinks } from "./plannedLinks.ts";
import { ApiProblem } from "./problem.ts";
import { recently } from "./recent.ts";
import { waitForAll } from "../shared/waitForAll.ts";

const Key = z.strictObject({ key: z.string().min(1).max(2048) });

const Filter = z.strictObject({
  state: LinkSummary.shape.state.optional(),
  cluster: z.string().toLowerCase().optional(),
  subscription: z.string().optional(),
  /** Text in its name, its group or its Service. */
  q: z.string().optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

export const links = [
  defineOperation({
    name: "listLinks",
    method: "GET",
    path: "/links",
    summary: "Private Link Services of the watched subscriptions: whose, and as declared or not",
    role: "Mooring.Reader",
    query: Filter,
    response: schemaOfPage(LinkSummary),
    handle: async ({ run, query }) => {
      const [planned, { policy }] = await waitForAll([plannedLinks(run), readPolicy(run)]);
      const all = planned.map((one) => summarize(one, policy));
      const subscriptions = all.map(({ subscription }) => subscription);
      await demandFilters([
        clusterFilter(run, query.cluster, all),
        subscriptionFilter(run, query.subscription, subscriptions),
      ]);
      const wanted = all.filter((link) => fits(link, query));
      return { body: pageOf(wanted, ({ name, id }) => `${name} ${id}`, { ...query, show: (link) => link }) };
    },
  }),
  defineOperation({
    name: "getLink",
    method: "GET",
    path: "/links/{key}",
    summary:
      "One link: declared and actual field by field, its connections, what is around it, what a reconcile would do",
    role: "Mooring.Reader",
    params: Key,
    response: Link,
    handle: async ({ run, params }) => {
      const id = demandLinkId(run, params.key);
      const planned = await recently(run, `link ${id}`, () => planOne(run, id));
      if (!planned) throw new ApiProblem(404, "There is no such link");
      return { body: showLink(planned, (await readPolicy(run)).policy) };
    },
  }),
  defineOperation({
    name: "reconcileLink",
    method: "POST",
    path: "/links/{key}/reconcile",
    summary: "Brings the link and its connections back to what is declared",
    role: "Mooring.Operator",
    params: Key,
    query: planning,
    response: Outcome,
    errors: [412, 428],
    handle: async (call) => {
      const planned = await planOne(call.run, demandLinkId(call.run, call.params.key));
      if (!planned) throw new ApiProblem(404, "There is no such link");
      const apply = inParts(call.app.apply, oneByOne(planned.plan));
      return carryOut(call, { plan: planned.plan, apply, why: "reconcile asked for" });
    },
  }),
];

async function planOne(run: Run, id: string): Promise<PlannedLink | undefined> {
  const link = await run.ports.network.link(id);
  return link && linkPlanner(run, "one")(link);
}

function fits(link: LinkSummary, { state, cluster, subscription, q }: Filter): boolean {
  if (state !== undefined && link.state !== state) return false;
  if (cluster !== undefined && link.cluster !== cluster) return false;
  if (subscription !== undefined && link.subscription !== subscription.toLowerCase()) return false;
  const text = `${link.name} ${link.resourceGroup} ${link.service ?? ""}`.toLowerCase();
  return q === undefined || text.includes(q.toLowerCase());
}

function showLink(planned: PlannedLink, policy: Policy): Link {
  const { link, plan } = planned;
  const { alias, location, provisioningState, tags } = link;
  return {
    ...summarize(planned, policy),
    alias,
    location,
    provisioningState,
    tags: { ...tags },
    fields: compareFields(planned, policy),
    connectionList: link.connections.map((one) => showConnection(planned, one, policy)),
    graph: graphOf(planned),
    plan: showPlan(plan),
  };
}
