/** The approvals inbox: consumers' connections to the clusters' Private Link Services, those that wait first. */
import { isTaggedOff } from "../changes/offTag.ts";
import { listClusters } from "../declarations/registry.ts";
import { CONNECTION_STATUSES, type Connection, type PrivateLinkService } from "../azure/networkModel.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { clusterOfPls, OWNER_TAG } from "../declarations/plsOwner.ts";
import { consumerOf } from "./planConnections.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface InboxRow extends Connection {
  readonly pls: string;
  /** `cluster/namespace/name`, as the controller's tag says. */
  readonly service: string;
  readonly cluster: string;
  /** Subscription of the consumer; `unknown` where Azure does not tell. */
  readonly consumer: string;
  /** Its PLS is tagged `mooring: off`: nothing is decided here. */
  readonly isOff: boolean;
}

/** Only of Private Link Services that stand on a registered cluster's load balancers: of others Mooring says and does nothing. */
export async function listConnections(run: Run): Promise<InboxRow[]> {
  const { network, subscriptions } = run.ports;
  const [clusters, privateLinkServices] = await waitForAll([
    listClusters(run),
    waitForAll(subscriptions.map((one) => network.privateLinkServices(one))),
  ]);
  const rows = privateLinkServices.flat().flatMap((pls) => {
    const cluster = clusterOfPls(pls, clusters)?.name;
    return cluster === undefined ? [] : pls.connections.map((one) => toRow(one, pls, cluster));
  });
  return rows.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** One of them, from a fresh read of its PLS; `undefined` if it is not there, or not of a registered cluster's PLS. */
export async function findConnection(run: Run, id: string): Promise<InboxRow | undefined> {
  const { parentId } = parseResourceId(id) ?? {};
  const pls = parentId === undefined ? undefined : await run.ports.network.pls(parentId);
  const connection = pls?.connections.find((one) => sameId(one.id, id));
  const cluster = pls && clusterOfPls(pls, await listClusters(run));
  return pls && connection && cluster && toRow(connection, pls, cluster.name);
}

function toRow(connection: Connection, pls: PrivateLinkService, cluster: string): InboxRow {
  return {
    ...connection,
    pls: pls.name,
    cluster,
    service: `${cluster}/${pls.tags[OWNER_TAG] ?? "?"}`,
    consumer: consumerOf(connection) ?? "unknown",
    isOff: isTaggedOff(pls.tags),
  };
}

function rank({ status, id }: InboxRow): string {
  const known: readonly string[] = CONNECTION_STATUSES;
  const position = known.indexOf(status);
  return `${position < 0 ? known.length : position} ${id}`;
}
