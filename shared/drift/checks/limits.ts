/**
 * What is close to what Azure allows.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#private-link-limits
 */
import { defineCheck } from "../check.ts";
import { some } from "./about.ts";

export const LIMITS = {
  natAddresses: 8,
  linksOnBalancer: 8,
  subscriptionsInList: 100,
  endpointsOfLink: 1000,
  linksInSubscription: 800,
} as const;

/** Requests that ARM lets wait, at least; a subscription may have more. */
const BUCKETS = { reads: 250, writes: 200, deletes: 200 } as const;

const CLOSE_PERCENT = 80;

function isClose(count: number, limit: number): boolean {
  return count * 100 >= limit * CLOSE_PERCENT;
}

export const linkNearLimits = defineCheck({
  id: "link-near-limits",
  title: "A link is close to what Azure allows",
  severity: "info",
  docs: `Azure allows a link ${LIMITS.natAddresses} NAT addresses, ${LIMITS.subscriptionsInList} subscriptions in each list and ${LIMITS.endpointsOfLink} endpoints; from 80 % it is told.`,
  on: "link",
  check: ({ link, cluster }) => {
    const counts = [
      { what: "NAT addresses", count: link.natAddresses.length, limit: LIMITS.natAddresses },
      {
        what: "subscriptions in its visibility",
        count: link.visibility.length,
        limit: LIMITS.subscriptionsInList,
      },
      {
        what: "subscriptions in its auto-approval",
        count: link.autoApproval.length,
        limit: LIMITS.subscriptionsInList,
      },
      { what: "endpoints", count: link.connections.length, limit: LIMITS.endpointsOfLink },
    ];
    const close = counts.filter(({ count, limit }) => isClose(count, limit));
    if (close.length === 0) return undefined;
    return {
      about: link.id,
      cluster: cluster.name,
      message: `link ${link.name} has ${some(close.map(({ what, count, limit }) => `${count} of ${limit} ${what}`))}`,
      advice: "make a second link before the limit is met",
    };
  },
});

export const balancerLinksNearLimit = defineCheck({
  id: "balancer-links-near-limit",
  title: "A load balancer has nearly as many links as Azure allows",
  severity: "warn",
  docs: `Azure allows ${LIMITS.linksOnBalancer} links on a load balancer; a Service that declares one more gets none.`,
  on: "balancer",
  check: ({ balancer, cluster, links }) => {
    if (!isClose(links, LIMITS.linksOnBalancer)) return undefined;
    return {
      about: balancer.id,
      ...(cluster && { cluster: cluster.name }),
      message: `${links} of ${LIMITS.linksOnBalancer} links stand on load balancer ${balancer.name}`,
      advice: "let Services share a link's frontend, or spread them over several load balancers or clusters",
    };
  },
});

export const subscriptionLinksNearLimit = defineCheck({
  id: "subscription-links-near-limit",
  title: "A subscription has nearly as many links as Azure allows",
  severity: "warn",
  docs: `Azure allows ${LIMITS.linksInSubscription} links in a subscription.`,
  on: "subscription",
  check: ({ subscription, links }) => {
    if (!isClose(links, LIMITS.linksInSubscription)) return undefined;
    return {
      about: `/subscriptions/${subscription}`,
      message: `subscription ${subscription} has ${links} of ${LIMITS.linksInSubscription} links`,
      advice:
        "remove links that nobody uses, ask Azure for more, or put new clusters into another subscription",
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
