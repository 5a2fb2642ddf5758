import * as z from "zod";
import { isTaggedOff } from "../shared/changes/offTag.ts";
import { planDecision } from "../shared/pls/decision.ts";
import { desiredPls } from "../shared/pls/desired.ts";
import { findConnection } from "../shared/pls/inbox.ts";
import { OWNER_TAG } from "../shared/declarations/plsOwner.ts";
import { consumerOf } from "../shared/pls/planConnections.ts";
import type { PlannedPls } from "../shared/pls/planFor.ts";
import { CONNECTION_STATUSES, type Connection as Actual } from "../shared/azure/networkModel.ts";
import type { Policy } from "../shared/policy/policy.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import { keyOf } from "./key.ts";
import { demandConnectionId } from "./plsId.ts";
import { Connection, Decision, Outcome, pageOf as schemaOfPage } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { carryOut, planning } from "./plans.ts";
import { plannedPrivateLinkServices } from "./plannedPrivateLinkServices.ts";
import { ApiProblem } from "./problem.ts";
import type { NamedFilter } from "../shared/core/filters.ts";
import type { Run } from "../shared/ports/ports.ts";
import { clusterFilter, demandFilters } from "./filters.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const Filter = z.strictObject({
  status: z.enum(CONNECTION_STATUSES).optional(),
  cluster: z.string().toLowerCase().optional(),
  /** Key of a PLS. */
  pls: z.string().optional(),
  /** Subscription of the consumer. */
  consumer: z.string().optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

/** States that Azure documents, in the order of the list; other states follow. */
const STATUSES: readonly string[] = CONNECTION_STATUSES;

export const connections = [
  defineOperation({
    name: "listConnections",
    method: "GET",
    path: "/connections",
    summary:
      "List private endpoint connections to Private Link Services of registered clusters, pending ones first",
    role: "Mooring.Reader",
    query: Filter,
    response: schemaOfPage(Connection),
    handle: async ({ run, query }) => {
      const [planned, { policy }] = await waitForAll([plannedPrivateLinkServices(run), readPolicy(run)]);
      // A Private Link Service outside the registered clusters is reported only.
      const ours = planned.filter(({ cluster }) => cluster !== undefined);
      const all = ours.flatMap((one) =>
        one.pls.connections.map((actual) => showConnection(one, actual, policy)),
      );
      await demandFilters(filtersOf(run, query, all));
      const matching = all.filter((connection) => fits(connection, query));
      return { body: pageOf(matching, orderOf, { ...query, show: (connection) => connection }) };
    },
  }),
  defineOperation({
    name: "decideConnection",
    method: "POST",
    path: "/connections/{key}/decision",
    summary: "Approve or reject a private endpoint connection. The consumer sees the reason in Azure",
    role: "Mooring.Operator",
    params: z.strictObject({ key: z.string().min(1).max(2048) }),
    query: planning,
    body: Decision,
    response: Outcome,
    errors: [412, 428],
    handle: async (call) => {
      const { run, body, principal, app } = call;
      const row = await findConnection(run, demandConnectionId(run, call.params.key));
      if (!row)
        throw new ApiProblem(
          404,
          "Private endpoint connection not found on a Private Link Service of a registered cluster",
        );
      if (row.isOff) throw new ApiProblem(409, closedBecause.off);
      if (row.status === "Disconnected") throw new ApiProblem(409, closedBecause.disconnected);
      const plan = planDecision(run, row, { ...body, who: principal.name });
      return carryOut(call, {
        plan,
        apply: app.apply,
        why: `decision on private endpoint connection: ${body.reason}`,
      });
    },
  }),
];

const closedBecause = {
  off: "The Private Link Service has the tag mooring: off; remove the tag first",
  disconnected: "The private endpoint was deleted; the consumer must create a new one",
  foreign: "The Private Link Service is not attached to the load balancer of a registered cluster",
};

function orderOf({ status, pls, id }: Connection): string {
  const position = STATUSES.indexOf(status);
  return `${position < 0 ? STATUSES.length : position} ${pls} ${id}`;
}

function filtersOf(run: Run, { cluster, pls, consumer }: Filter, all: readonly Connection[]): NamedFilter[] {
  return [
    clusterFilter(run, cluster, all),
    {
      name: "pls",
      value: pls,
      noun: "Private Link Service with private endpoint connections and the key",
      known: () => all.map(({ plsKey }) => plsKey),
    },
    {
      name: "consumer",
      value: consumer,
      noun: "consumer subscription",
      known: () => all.flatMap((one) => one.consumer ?? []),
    },
  ];
}

function fits(connection: Connection, { status, cluster, pls, consumer }: Filter): boolean {
  if (status !== undefined && connection.status !== status) return false;
  if (cluster !== undefined && connection.cluster !== cluster) return false;
  if (pls !== undefined && connection.plsKey !== pls) return false;
  return consumer === undefined || connection.consumer === consumer.toLowerCase();
}

export function showConnection(planned: PlannedPls, actual: Actual, policy: Policy): Connection {
  const { pls, cluster, owner } = planned;
  const { id, name, status, description, endpointId } = actual;
  const consumer = consumerOf(actual);
  const declared = owner?.intent.pls ? desiredPls(owner.intent.pls, policy).autoApproval : [];
  const service = pls.tags[OWNER_TAG];
  const closed = closedOf(planned, actual);
  return {
    key: keyOf(id),
    id,
    name,
    pls: pls.name,
    plsKey: keyOf(pls.id),
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

function closedOf({ pls, cluster }: PlannedPls, { status }: Actual): string | undefined {
  if (!cluster) return closedBecause.foreign;
  if (isTaggedOff(pls.tags)) return closedBecause.off;
  return status === "Disconnected" ? closedBecause.disconnected : undefined;
}
