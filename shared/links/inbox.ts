/** The approvals inbox: consumers' connections to the clusters' links, those that wait first. */
import { isTaggedOff } from "../changes/offTag.ts";
import { listClusters } from "../clusters/registry.ts";
import { CONNECTION_STATUSES, type Connection, type Link } from "../network/model.ts";
import { parseResourceId, sameId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { clusterOfLink, OWNER_TAG } from "./owner.ts";
import { consumerOf } from "./planConnections.ts";
import { waitForAll } from "../waitForAll.ts";

export interface InboxRow extends Connection {
  readonly link: string;
  /** `cluster/namespace/name`, as the controller's tag says. */
  readonly service: string;
  readonly cluster: string;
  /** Subscription of the consumer; `unknown` where Azure does not tell. */
  readonly consumer: string;
  /** Its link is tagged `mooring: off`: nothing is decided here. */
  readonly isOff: boolean;
}

/** Only of links that stand on a registered cluster's load balancers: of others Mooring says and does nothing. */
export async function listConnections(run: Run): Promise<InboxRow[]> {
  const { network, subscriptions } = run.ports;
  const [clusters, links] = await waitForAll([
    listClusters(run),
    waitForAll(subscriptions.map((one) => network.links(one))),
  ]);
  const rows = links.flat().flatMap((link) => {
    const cluster = clusterOfLink(link, clusters)?.name;
    return cluster === undefined ? [] : link.connections.map((one) => toRow(one, link, cluster));
  });
  return rows.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** One of them, from a fresh read of its link; `undefined` if it is not there, or not of a registered cluster's link. */
export async function findConnection(run: Run, id: string): Promise<InboxRow | undefined> {
  const { parentId } = parseResourceId(id) ?? {};
  const link = parentId === undefined ? undefined : await run.ports.network.link(parentId);
  const connection = link?.connections.find((one) => sameId(one.id, id));
  const cluster = link && clusterOfLink(link, await listClusters(run));
  return link && connection && cluster && toRow(connection, link, cluster.name);
}

function toRow(connection: Connection, link: Link, cluster: string): InboxRow {
  return {
    ...connection,
    link: link.name,
    cluster,
    service: `${cluster}/${link.tags[OWNER_TAG] ?? "?"}`,
    consumer: consumerOf(connection) ?? "unknown",
    isOff: isTaggedOff(link.tags),
  };
}

function rank({ status, id }: InboxRow): string {
  const known: readonly string[] = CONNECTION_STATUSES;
  const position = known.indexOf(status);
  return `${position < 0 ? known.length : position} ${id}`;
}
