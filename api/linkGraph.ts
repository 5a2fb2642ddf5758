/** What hangs together: Service → frontend → link → connections → consumers. */
import { OWNER_TAG } from "../shared/links/owner.ts";
import { consumerOf } from "../shared/links/planConnections.ts";
import type { PlannedLink } from "../shared/links/planFor.ts";
import { parseResourceId, resourceName } from "../shared/network/resourceId.ts";
import type { Link } from "./model.ts";

type Graph = Link["graph"];
type Node = Graph["nodes"][number];

export function graphOf({ link, cluster, owner }: PlannedLink): Graph {
  const service = serviceNode(link.tags[OWNER_TAG], cluster?.name, owner !== undefined);
  const frontends = link.frontendIds.map((id): Node => ({
    id,
    kind: "frontend",
    label: resourceName(id),
    detail: parentName(id),
  }));
  const self: Node = { id: link.id, kind: "link", label: link.name, detail: link.alias };
  const connections = link.connections.map(({ id, name, status }): Node => ({
    id,
    kind: "connection",
    label: name,
    detail: status,
  }));
  const consumers = new Map(
    link.connections.map((one) => {
      const node = consumerNode(consumerOf(one));
      return [node.id, node];
    }),
  );
  return {
    nodes: [...(service ? [service] : []), ...frontends, self, ...connections, ...consumers.values()],
    edges: [
      ...frontends.flatMap(({ id }): [string, string][] => (service ? [[service.id, id]] : [])),
      ...frontends.map(({ id }): [string, string] => [id, link.id]),
      ...connections.map(({ id }): [string, string] => [link.id, id]),
      ...link.connections.map((one): [string, string] => [one.id, consumerNode(consumerOf(one)).id]),
    ],
  };
}

function serviceNode(
  tag: string | undefined,
  cluster: string | undefined,
  isProved: boolean,
): Node | undefined {
  if (tag === undefined) return undefined;
  const id = cluster === undefined ? tag : `${cluster}/${tag}`;
  return {
    id: `service ${id}`,
    kind: "service",
    label: id,
    detail: isProved ? "proved to own it" : "named by a tag only",
  };
}

/** A subscription with all its endpoints; where Azure does not tell, all that is unknown is one. */
function consumerNode(subscription = "unknown"): Node {
  return { id: `consumer ${subscription}`, kind: "consumer", label: subscription };
}

function parentName(id: string): string {
  return resourceName(parseResourceId(id)?.parentId ?? id);
}
