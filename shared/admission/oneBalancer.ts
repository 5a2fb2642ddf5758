/** All frontends that a Service shares must be on one load balancer. */
import { canonicalId, FRONTEND_TYPE, parseResourceId, typeOf } from "../azure/resourceId.ts";
import type { Want } from "../inventory/obstacle.ts";

/**
 * The requests of one Service, restricted to the load balancer of the first shared frontend: the cloud controller places a
 * Service on one load balancer, and would request an address there that another load balancer has.
 */
export function onOneBalancer<W extends Want>(wants: readonly W[]): W[] {
  let first: string | undefined;
  const isFirst = (balancer: string) => (first ??= balancer) === balancer;
  return wants.map((want) => ({
    ...want,
    mayShare: (holderId: string) => {
      const balancer = balancerOf(holderId);
      return want.mayShare(holderId) && (balancer === undefined || isFirst(balancer));
    },
  }));
}

/** Canonical id of the load balancer; `undefined` if the holder is no frontend. */
function balancerOf(holderId: string): string | undefined {
  const parentId = typeOf(holderId) === FRONTEND_TYPE ? parseResourceId(holderId)?.parentId : undefined;
  return parentId === undefined ? undefined : canonicalId(parentId);
}
