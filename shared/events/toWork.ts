/** The work that a resource event causes. Pure. */
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
  // Writes and actions of a scale set add and remove nodes.
  "microsoft.compute/virtualmachinescalesets": () => [INVENTORY],
  "microsoft.containerservice/managedclusters": () => [ORPHANS],
};

/** Resource types whose events cause work, lower case. */
export const WATCHED_TYPES = Object.keys(BY_TYPE);

/** Empty for events of other types and about other resources, which the caller logs. */
export function toWork({ type, resourceId }: ResourceEvent): readonly Work[] {
  if (!ABOUT_RESOURCES.test(type)) return [];
  const resourceType = parseResourceId(resourceId)?.type.toLowerCase() ?? "";
  return BY_TYPE[resourceType]?.(resourceId) ?? [];
}

function plsWork(id: string): Work {
  return { queue: "pls", what: "pls", id };
}
