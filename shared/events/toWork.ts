/** What a resource event makes worth looking at. Pure: same event, same work. */
import { parseResourceId } from "../azure/resourceId.ts";
import type { QueueName } from "../ports/queue.ts";
import type { ResourceEvent } from "./resourceEvent.ts";

export interface Work {
  readonly queue: QueueName;
  readonly what: string;
  readonly id: string;
}

const ABOUT_RESOURCES = /^Microsoft\.Resources\.Resource(Write|Delete|Action)Success$/;
const INVENTORY: Work = { queue: "inventory", what: "inventory", id: "all" };
const ORPHANS: Work = { queue: "orphans", what: "orphans", id: "all" };

const PLS = "microsoft.network/privatelinkservices";

const BY_TYPE: Readonly<Record<string, (id: string) => readonly Work[]>> = {
  [PLS]: (id) => [plsWork(id), INVENTORY],
  [`${PLS}/privateendpointconnections`]: (id) => [plsWork(parseResourceId(id)?.parentId ?? id)],
  "microsoft.network/loadbalancers": () => [INVENTORY],
  "microsoft.network/networkinterfaces": () => [INVENTORY],
  "microsoft.network/privateendpoints": () => [INVENTORY],
  "microsoft.network/applicationgateways": () => [INVENTORY],
  "microsoft.network/virtualnetworks": () => [INVENTORY],
  "microsoft.network/virtualnetworks/subnets": () => [INVENTORY],
  // Nodes come and go by writes and actions of their scale set.
  "microsoft.compute/virtualmachinescalesets": () => [INVENTORY],
  "microsoft.containerservice/managedclusters": () => [ORPHANS],
};

/** Types of resources whose events are worth work, lower case. */
export const WATCHED_TYPES = Object.keys(BY_TYPE);

/** Nothing for events of other types and about other resources; the caller logs these. */
export function toWork({ type, resourceId }: ResourceEvent): readonly Work[] {
  if (!ABOUT_RESOURCES.test(type)) return [];
  const resourceType = parseResourceId(resourceId)?.type.toLowerCase() ?? "";
  return BY_TYPE[resourceType]?.(resourceId) ?? [];
}

function plsWork(id: string): Work {
  return { queue: "pls", what: "pls", id };
}
