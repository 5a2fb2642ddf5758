/** The approvals inbox: consumers' connections to the clusters' links, those that wait first. */
import { isTaggedOff } from "../changes/offTag.ts";
import { listClusters } from "../clusters/registry.ts";
import type { Connection, Link } from "../network/model.ts";
import type { Run } from "../ports.ts";
import { clusterOfLink, OWNER_TAG } from "./owner.ts";
import { consumerOf } from "./planConnections.ts";

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

const STATUSES = ["Pending", "Approved", "Rejected", "Disconnected"];

/** Only of links that stand on a registered cluster's load balancers: of others Mooring says and does nothing. */
export async function listConnections(run: Run): Promise<InboxRow[]> {
  const { network, subscriptions } = run.ports;
  const [clusters, links] = await Promise.all([
    listClusters(run),
    Promise.all(subscriptions.map((one) => network.links(one))),
  ]);
  const rows = links.flat().flatMap((link) => {
    const cluster = clusterOfLink(link, clusters)?.name;
    return cluster === undefined ? [] : link.connections.map((one) => toRow(one, link, cluster));
  });
  return rows.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
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
  return `${STATUSES.indexOf(status)} ${id}`;
}
