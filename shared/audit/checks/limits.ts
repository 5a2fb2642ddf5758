/**
 * Checks for resources that are close to a limit of Azure.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#private-link-limits
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

/** Smallest token buckets of ARM for one identity and subscription; a subscription may have larger ones. */
const BUCKETS = { reads: 250, writes: 200, deletes: 200 } as const;

const CLOSE_PERCENT = 80;

function isClose(count: number, limit: number): boolean {
  return count * 100 >= limit * CLOSE_PERCENT;
}

export const plsNearLimit = defineCheck({
  id: "pls-near-limit",
  title: "A Private Link Service is close to a limit of Azure",
  severity: "info",
  docs: `Azure allows a Private Link Service ${LIMITS.natAddresses} NAT addresses, ${LIMITS.subscriptionsInList} subscriptions in each list and ${LIMITS.endpointsOfPls} endpoints. Mooring reports usage from 80 %.`,
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
      advice: "create a second Private Link Service before the limit is reached",
    };
  },
});

export const balancerPrivateLinkServicesNearLimit = defineCheck({
  id: "load-balancer-pls-near-limit",
  title: "A load balancer is close to the limit of Private Link Services",
  severity: "warning",
  docs: `Azure allows ${LIMITS.privateLinkServicesOnBalancer} Private Link Services on a load balancer. A Service that declares another one does not get it.`,
  on: "balancer",
  check: ({ balancer, cluster, privateLinkServices }) => {
    if (!isClose(privateLinkServices, LIMITS.privateLinkServicesOnBalancer)) return undefined;
    return {
      about: balancer.id,
      ...(cluster && { cluster: cluster.name }),
      message: `load balancer ${balancer.name} has ${privateLinkServices} of ${LIMITS.privateLinkServicesOnBalancer} Private Link Services`,
      advice:
        "let Services share the frontend of a Private Link Service, or distribute them over several load balancers or clusters",
    };
  },
});

export const subscriptionPrivateLinkServicesNearLimit = defineCheck({
  id: "subscription-pls-near-limit",
  title: "A subscription is close to the limit of Private Link Services",
  severity: "warning",
  docs: `Azure allows ${LIMITS.privateLinkServicesInSubscription} Private Link Services in a subscription.`,
  on: "subscription",
  check: ({ subscription, privateLinkServices }) => {
    if (!isClose(privateLinkServices, LIMITS.privateLinkServicesInSubscription)) return undefined;
    return {
      about: `/subscriptions/${subscription}`,
      message: `subscription ${subscription} has ${privateLinkServices} of ${LIMITS.privateLinkServicesInSubscription} Private Link Services`,
      advice:
        "delete unused Private Link Services, request a higher limit from Azure, or create new clusters in another subscription",
    };
  },
});

export const subscriptionRequestsNearLimit = defineCheck({
  id: "subscription-requests-near-limit",
  title: "A subscription is close to the request limit of Azure Resource Manager",
  severity: "warning",
  docs: "ARM limits the requests of each identity and subscription with a token bucket and returns what remains. When the bucket is empty, ARM throttles requests (429).",
  on: "subscription",
  check: ({ subscription, remaining }) => {
    const low = remaining.filter(
      ({ kind, requests }) => requests * 100 < BUCKETS[kind] * (100 - CLOSE_PERCENT),
    );
    if (low.length === 0) return undefined;
    const texts = low.map(({ kind, requests }) => `${requests} of ${BUCKETS[kind]} ${kind}`);
    return {
      about: `/subscriptions/${subscription}`,
      message: `only ${texts.join(" and ")} remained for subscription ${subscription} during the audit`,
      advice:
        "find out what else uses the identity of Mooring, and watch fewer subscriptions with one installation",
    };
  },
});
