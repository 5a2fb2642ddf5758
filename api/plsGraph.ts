/** Topology of a PLS: Service → frontend → PLS → private endpoint connections → consumers. */
import { OWNER_TAG } from "../shared/declarations/plsOwner.ts";
import { consumerOf } from "../shared/pls/planConnections.ts";
import type { PlannedPls } from "../shared/pls/planFor.ts";
import { parseResourceId, resourceName } from "../shared/azure/resourceId.ts";
import type { PrivateLinkService } from "./model.ts";

type Graph = PrivateLinkService["graph"];
type Node = Graph["nodes"][number];

export function graphOf({ pls, cluster, owner }: PlannedPls): Graph {
  const service = serviceNode(pls.tags[OWNER_TAG], cluster?.name, owner !== undefined);
  const frontends = pls.frontendIds.map((id): Node => ({
    id,
    kind: "frontend",
    label: resourceName(id),
    detail: parentName(id),
  }));
  const self: Node = { id: pls.id, kind: "pls", label: pls.name, detail: pls.alias };
  const connections = pls.connections.map(({ id, name, status }): Node => ({
    id,
    kind: "connection",
    label: name,
    detail: status,
  }));
  const consumers = new Map(
    pls.connections.map((one) => {
      const node = consumerNode(consumerOf(one));
      return [node.id, node];
    }),
  );
  return {
    nodes: [...(service ? [service] : []), ...frontends, self, ...connections, ...consumers.values()],
    edges: [
      ...frontends.flatMap(({ id }): [string, string][] => (service ? [[service.id, id]] : [])),
      ...frontends.map(({ id }): [string, string] => [id, pls.id]),
      ...connections.map(({ id }): [string, string] => [pls.id, id]),
      ...pls.connections.map((one): [string, string] => [one.id, consumerNode(consumerOf(one)).id]),
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
    detail: isProved ? "confirmed owner" : "from the owner tag, not confirmed",
  };
}

/**
 * A subscription with all its endpoints; endpoints whose subscription Azure does not report share one node.
 */
function consumerNode(subscription = "unknown"): Node {
  return { id: `consumer ${subscription}`, kind: "consumer", label: subscription };
}

function parentName(id: string): string {
  return resourceName(parseResourceId(id)?.parentId ?? id);
}
