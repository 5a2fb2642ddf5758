/** Frontends that one Service shares: all of one load balancer. */
import { canonicalId, FRONTEND_TYPE, parseResourceId, typeOf } from "../azure/resourceId.ts";
import type { Want } from "../inventory/obstacle.ts";

/**
 * The wants of one Service, of which none may share a frontend on another load balancer than the first one that shares: the cloud controller
 * puts a Service on one load balancer, and asks Azure there for an address that another one has.
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
