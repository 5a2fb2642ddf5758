import { listClusters } from "../../clusters/registry.ts";
import { lastHour } from "../../changes/touches.ts";
import { planLink } from "../../links/planLink.ts";
import { canonicalId, parseResourceId } from "../../network/resourceId.ts";
import { viewCluster } from "../../orphans/gather.ts";
import { listHolds } from "../../orphans/hold.ts";
import type { World } from "../../orphans/world.ts";
import type { Policy } from "../../policy.ts";
import type { Run } from "../../ports.ts";
import type { Subjects } from "../check.ts";
import type { Checked } from "../checkScope.ts";
import { runChecks } from "../checks.ts";
import { clusterSubjects, connectionSubjects, linkSubjects, serviceSubjects } from "../subjects.ts";

/** Everything of one subscription, each list read once. */
export async function checkSubscription(run: Run, policy: Policy, subscription: string): Promise<Checked> {
  const world = await gatherSubscription(run, policy, subscription);
  const severities = policy.audit.checks;
  const links = await withTouches(run, linkSubjects(world, policy));
  const connections = connectionSubjects(links);
  const services = serviceSubjects(world);
  const found = [
    ...runChecks("link", links, severities),
    ...runChecks("connection", connections, severities),
    ...runChecks("service", services, severities),
    ...runChecks(
      "balancer",
      world.balancers.map((balancer) => ({ balancer })),
      severities,
    ),
    ...runChecks("cluster", clusterSubjects(world, policy.snapshotStaleMinutes), severities),
  ];
  const looked = world.balancers.length + world.links.length + connections.length + services.length;
  return { found, looked: looked + world.clusters.length };
}

async function gatherSubscription(run: Run, policy: Policy, subscription: string): Promise<World> {
  const { network } = run.ports;
  const [balancers, links, managed, registered, holds] = await Promise.all([
    network.loadBalancers(subscription),
    network.links(subscription),
    network.managedClusters(subscription),
    listClusters(run),
    listHolds(run),
  ]);
  const own = registered.filter(
    ({ resourceId }) => parseResourceId(resourceId)?.subscription.toLowerCase() === subscription,
  );
  const present = new Set(managed.map(({ id }) => canonicalId(id)));
  const clusters = await Promise.all(own.map((cluster) => viewCluster(run, cluster, present)));
  const freshSinceUtc = new Date(run.now().getTime() - policy.snapshotStaleMinutes * 60_000).toISOString();
  return { clusters, balancers, links, holds, nowUtc: run.now().toISOString(), freshSinceUtc };
}

/** Only links that differ are asked about: a fight leaves a difference. */
function withTouches(run: Run, links: readonly Subjects["link"][]): Promise<Subjects["link"][]> {
  return Promise.all(
    links.map(async (subject) => {
      const { link, owner, policy } = subject;
      const differs = owner && planLink(link, owner, { evidence: [], policy }).changes.length > 0;
      return differs ? { ...subject, touches: await lastHour(run, link.id) } : subject;
    }),
  );
}
