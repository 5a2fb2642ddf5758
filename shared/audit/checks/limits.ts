/**
 * What is close to what Azure allows.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#private-pls-limits
 */
import { defineCheck } from "../check.ts";
import { some } from "./about.ts";

export const LIMITS = {
  natAddresses: 8,
  privateLinkServicesOnBalancer: 8,
  subscriptionsInList: 100,
  endpointsOfPls: 1000,
  privateLinkServicesInSubscription: 800,
} as const;

/** Requests that ARM lets wait, at least; a subscription may have more. */
const BUCKETS = { reads: 250, writes: 200, deletes: 200 } as const;

const CLOSE_PERCENT = 80;

function isClose(count: number, limit: number): boolean {
  return count * 100 >= limit * CLOSE_PERCENT;
}

export const plsNearLimits = defineCheck({
  id: "pls-near-limits",
  title: "A Private Link Service is close to what Azure allows",
  severity: "info",
  docs: `Azure allows a Private Link Service ${LIMITS.natAddresses} NAT addresses, ${LIMITS.subscriptionsInList} subscriptions in each list and ${LIMITS.endpointsOfPls} endpoints; from 80 % it is told.`,
  on: "pls",
  check: ({ pls, cluster }) => {
    const counts = [
      { what: "NAT addresses", count: pls.natAddresses.length, limit: LIMITS.natAddresses },
      {
        what: "subscriptions in its visibility",
        count: pls.visibility.length,
        limit: LIMITS.subscriptionsInList,
      },
      {
        what: "subscriptions in its auto-approval",
        count: pls.autoApproval.length,
        limit: LIMITS.subscriptionsInList,
      },
      { what: "endpoints", count: pls.connections.length, limit: LIMITS.endpointsOfPls },
    ];
    const close = counts.filter(({ count, limit }) => isClose(count, limit));
    if (close.length === 0) return undefined;
    return {
      about: pls.id,
      cluster: cluster.name,
      message: `Private Link Service ${pls.name} has ${some(close.map(({ what, count, limit }) => `${count} of ${limit} ${what}`))}`,
      advice: "make a second Private Link Service before the limit is met",
    };
  },
});

export const balancerPrivateLinkServicesNearLimit = defineCheck({
  id: "balancer-pls-near-limit",
  title: "A load balancer has nearly as many Private Link Services as Azure allows",
  severity: "warn",
  docs: `Azure allows ${LIMITS.privateLinkServicesOnBalancer} Private Link Services on a load balancer; a Service that declares one more gets none.`,
  on: "balancer",
  check: ({ balancer, cluster, privateLinkServices }) => {
    if (!isClose(privateLinkServices, LIMITS.privateLinkServicesOnBalancer)) return undefined;
    return {
      about: balancer.id,
      ...(cluster && { cluster: cluster.name }),
      message: `${privateLinkServices} of ${LIMITS.privateLinkServicesOnBalancer} Private Link Services stand on load balancer ${balancer.name}`,
      advice:
        "let Services share a Private Link Service's frontend, or spread them over several load balancers or clusters",
    };
  },
});

export const subscriptionPrivateLinkServicesNearLimit = defineCheck({
  id: "subscription-pls-near-limit",
  title: "A subscription has nearly as many Private Link Services as Azure allows",
  severity: "warn",
  docs: `Azure allows ${LIMITS.privateLinkServicesInSubscription} Private Link Services in a subscription.`,
  on: "subscription",
  check: ({ subscription, privateLinkServices }) => {
    if (!isClose(privateLinkServices, LIMITS.privateLinkServicesInSubscription)) return undefined;
    return {
      about: `/subscriptions/${subscription}`,
      message: `subscription ${subscription} has ${privateLinkServices} of ${LIMITS.privateLinkServicesInSubscription} Private Link Services`,
      advice:
        "remove Private Link Services that nobody uses, ask Azure for more, or put new clusters into another subscription",
    };
  },
});

export const armNearlyThrottled = defineCheck({
  id: "arm-nearly-throttled",
  title: "Azure Resource Manager will soon refuse requests",
  severity: "warn",
  docs: "ARM gives each identity a bucket of requests for each subscription and tells what remains. When it is empty the controller, people and Mooring wait.",
  on: "subscription",
  check: ({ subscription, remaining }) => {
    const low = remaining.filter(
      ({ kind, requests }) => requests * 100 < BUCKETS[kind] * (100 - CLOSE_PERCENT),
    );
    if (low.length === 0) return undefined;
    const texts = low.map(({ kind, requests }) => `${requests} of ${BUCKETS[kind]} ${kind}`);
    return {
      about: `/subscriptions/${subscription}`,
      message: `ARM said during the audit that only ${texts.join(" and ")} remain in subscription ${subscription}`,
      advice: "find out what else asks with Mooring's identity; fewer subscriptions at once help too",
    };
  },
});
