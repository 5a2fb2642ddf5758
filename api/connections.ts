import * as z from "zod";
import { isTaggedOff } from "../shared/changes/offTag.ts";
import { planDecision } from "../shared/links/decision.ts";
import { desiredLink } from "../shared/links/desired.ts";
import { findConnection } from "../shared/links/inbox.ts";
import { OWNER_TAG } from "../shared/links/owner.ts";
import { consumerOf } from "../shared/links/planConnections.ts";
import type { PlannedLink } from "../shared/links/planFor.ts";
import { CONNECTION_STATUSES, type Connection as Actual } from "../shared/network/model.ts";
import type { Policy } from "../shared/policy.ts";
import { readPolicy } from "../shared/policyStore.ts";
import { keyOf } from "./key.ts";
import { demandConnectionId } from "./linkId.ts";
import { Connection, Decision, Outcome, pageOf as schemaOfPage } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { carryOut, planning } from "./plans.ts";
import { plannedLinks } from "./plannedLinks.ts";
import { ApiProblem } from "./problem.ts";
import type { NamedFilter } from "../shared/filters.ts";
import type { Run } from "../shared/ports.ts";
import { clusterFilter, demandFilters } from "./filters.ts";
import { waitForAll } from "../shared/waitForAll.ts";

const Filter = z.strictObject({
  status: z.enum(CONNECTION_STATUSES).optional(),
  cluster: z.string().toLowerCase().optional(),
  /** Key of a link. */
  link: z.string().optional(),
  /** Subscription. */
  consumer: z.string().optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

/** Those that Azure documents first; others after them. */
const STATUSES: readonly string[] = CONNECTION_STATUSES;

export const connections = [
  defineOperation({
    name: "listConnections",
    method: "GET",
    path: "/connections",
    summary: "Consumers' connections to the clusters' links, those that wait first",
    role: "Mooring.Reader",
    query: Filter,
    response: schemaOfPage(Connection),
    handle: async ({ run, query }) => {
      const [planned, { policy }] = await waitForAll([plannedLinks(run), readPolicy(run)]);
      // Of others Mooring says and does nothing.
      const ours = planned.filter(({ cluster }) => cluster !== undefined);
      const all = ours.flatMap((one) =>
        one.link.connections.map((actual) => showConnection(one, actual, policy)),
      );
      await demandFilters(filtersOf(run, query, all));
      const wanted = all.filter((connection) => fits(connection, query));
      return { body: pageOf(wanted, orderOf, { ...query, show: (connection) => connection }) };
    },
  }),
  defineOperation({
    name: "decideConnection",
    method: "POST",
    path: "/connections/{key}/decision",
    summary: "Approves or rejects a connection; the consumer reads the reason",
    role: "Mooring.Operator",
    params: z.strictObject({ key: z.string().min(1).max(2048) }),
    query: planning,
    body: Decision,
    response: Outcome,
    errors: [412, 428],
    handle: async (call) => {
      const { run, body, principal, app } = call;
      const row = await findConnection(run, demandConnectionId(run, call.params.key));
      if (!row) throw new ApiProblem(404, "There is no such connection to a link of a registered cluster");
      if (row.isOff) throw new ApiProblem(409, closedBecause.off);
      if (row.status === "Disconnected") throw new ApiProblem(409, closedBecause.disconnected);
      const plan = planDecision(run, row, { ...body, who: principal.name });
      return carryOut(call, { plan, apply: app.apply, why: `decision on a connection: ${body.reason}` });
    },
  }),
];

const closedBecause = {
  off: "Its link is tagged mooring: off; take the tag away first",
  disconnected: "Its endpoint is gone: the consumer must make a new one",
  foreign: "Its link stands on no registered cluster's load balancer",
};

function orderOf({ status, link, id }: Connection): string {
  const position = STATUSES.indexOf(status);
  return `${position < 0 ? STATUSES.length : position} ${link} ${id}`;
}

function filtersOf(run: Run, { cluster, link, consumer }: Filter, all: readonly Connection[]): NamedFilter[] {
  return [
    clusterFilter(run, cluster, all),
    {
      name: "link",
      value: link,
      noun: "link with a connection and the key",
      known: () => all.map(({ linkKey }) => linkKey),
    },
    {
      name: "consumer",
      value: consumer,
      noun: "consumer subscription",
      known: () => all.flatMap((one) => one.consumer ?? []),
    },
  ];
}

function fits(connection: Connection, { status, cluster, link, consumer }: Filter): boolean {
  if (status !== undefined && connection.status !== status) return false;
  if (cluster !== undefined && connection.cluster !== cluster) return false;
  if (link !== undefined && connection.linkKey !== link) return false;
  return consumer === undefined || connection.consumer === consumer.toLowerCase();
}

export function showConnection(planned: PlannedLink, actual: Actual, policy: Policy): Connection {
  const { link, cluster, owner } = planned;
  const { id, name, status, description, endpointId } = actual;
  const consumer = consumerOf(actual);
  const declared = owner?.intent.link ? desiredLink(owner.intent.link, policy).autoApproval : [];
  const service = link.tags[OWNER_TAG];
  const closed = closedOf(planned, actual);
  return {
    key: keyOf(id),
    id,
    name,
    link: link.name,
    linkKey: keyOf(link.id),
    ...(cluster && { cluster: cluster.name }),
    ...(cluster && service !== undefined && { service: `${cluster.name}/${service}` }),
    ...(consumer !== undefined && { consumer }),
    ...(endpointId !== undefined && { endpointId }),
    status,
    description,
    declared: consumer !== undefined && declared.some((one) => one.toLowerCase() === consumer),
    ...(closed !== undefined && { closed }),
  };
}

function closedOf({ link, cluster }: PlannedLink, { status }: Actual): string | undefined {
  if (!cluster) return closedBecause.foreign;
  if (isTaggedOff(link.tags)) return closedBecause.off;
  return status === "Disconnected" ? closedBecause.disconnected : undefined;
}
