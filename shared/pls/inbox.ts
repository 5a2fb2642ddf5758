/**
 * The approvals inbox: connections of consumers to Private Link Services of the clusters, pending ones first.
 */
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
  /** `cluster/namespace/name`, from the controller's tag. */
  readonly service: string;
  readonly cluster: string;
  /** Subscription of the consumer; `unknown` if Azure does not report it. */
  readonly consumer: string;
  /** Its PLS has the tag `mooring: off`: Mooring does not change the connection. */
  readonly isOff: boolean;
}

/**
 * Only of Private Link Services on load balancers of registered clusters: Mooring does not report or change
 * others.
 */
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

/**
 * One connection, from a new read of its PLS; `undefined` if it does not exist, or if the PLS belongs to no
 * registered cluster.
 */
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
