/**
 * Checks one subscription: reads each list of Azure once (network interfaces page by page) and joins it with the declarations of its
 * clusters. Role assignments and the activity log are read only where they matter for a finding.
 */
import pLimit from "p-limit";
import { lastHour } from "../../changes/touches.ts";
import { contradictionsOf, type Contradiction } from "../../declarations/clusterContradictions.ts";
import { listClusters } from "../../declarations/registry.ts";
import { Refused } from "../../core/errors.ts";
import { planPls } from "../../pls/planPls.ts";
import type { LoadBalancer, ManagedCluster } from "../../azure/networkModel.ts";
import { canonicalId, parseResourceId } from "../../azure/resourceId.ts";
import { findOrphans } from "../../orphans/classify.ts";
import { stateReader, writesSinceUtc, type ManagedClusters } from "../../orphans/clusterState.ts";
import { viewCluster } from "../../orphans/gather.ts";
import { listHolds } from "../../orphans/hold.ts";
import type { World } from "../../orphans/world.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Run } from "../../ports/ports.ts";
import type { Subjects } from "../check.ts";
import type { Checked } from "../checkScope.ts";
import { runChecks } from "../checks.ts";
import * as join from "../subjects.ts";
import { compareAddresses } from "./addresses.ts";
import { gatherGrants } from "./grants.ts";
import { listUnjudged } from "./unjudged.ts";
import { withFailures } from "./failures.ts";
import { mapAtMost, waitForAll } from "../../core/waitForAll.ts";

const AT_ONCE = 16;

export async function checkSubscription(run: Run, policy: Policy, subscription: string): Promise<Checked> {
  const balancers = run.ports.network.loadBalancers(subscription);
  const [{ world, managed, contradictions }, addresses] = await waitForAll([
    gatherSubscription(run, policy, { subscription, balancers }),
    compareAddresses(run, subscription, balancers),
  ]);
  const privateLinkServices = await withTouches(run, join.plsSubjects(world, policy));
  const connections = join.connectionSubjects(privateLinkServices);
  const services = await withFailures(run, world, join.serviceSubjects(world, policy));
  const grants = await gatherGrants(run, world, managed);
  const remaining = run.ports.activity.remaining(subscription);
  const { checks } = policy.audit;
  const found = [
    ...runChecks("pls", privateLinkServices, checks),
    ...runChecks("marks", join.markSubjects(world), checks),
    ...runChecks("connection", connections, checks),
    ...runChecks("service", services, checks),
    ...runChecks("declaration", join.declarationSubjects(world), checks),
    ...runChecks("balancer", join.balancerSubjects(world), checks),
    ...runChecks("orphan", orphanSubjects(world), checks),
    ...runChecks("cluster", join.clusterSubjects(world, policy.staleMinutes, contradictions), checks),
    ...runChecks("grant", grants, checks),
    ...runChecks("address", addresses.differences, checks),
    ...runChecks(
      "subscription",
      [{ subscription, privateLinkServices: world.privateLinkServices.length, remaining }],
      checks,
    ),
  ];
  const things = [world.balancers, world.privateLinkServices, connections, services, world.clusters];
  const looked = things.reduce((sum, { length }) => sum + length, addresses.looked);
  const unjudged = listUnjudged(world, managed, grants);
  return { found, looked, ...(unjudged.length > 0 && { unjudged }) };
}

interface Asked {
  readonly subscription: string;
  readonly balancers: Promise<readonly LoadBalancer[]>;
}

interface Gathered {
  readonly world: World;
  readonly managed: readonly ManagedCluster[];
  /** Conflicts of the registrations of the subscription with all others. */
  readonly contradictions: ReadonlyMap<string, readonly Contradiction[]>;
}

async function gatherSubscription(run: Run, policy: Policy, asked: Asked): Promise<Gathered> {
  const { subscription } = asked;
  const [balancers, privateLinkServices, managed, registered, holds] = await waitForAll([
    asked.balancers,
    run.ports.network.privateLinkServices(subscription),
    listManagedHere(run, subscription),
    listClusters(run),
    listHolds(run),
  ]);
  const own = registered.filter(
    ({ resourceId }) =>
      parseResourceId(resourceId)?.subscription.toLowerCase() === subscription.toLowerCase(),
  );
  const read = stateReader(run, {
    registered,
    managed: async () => managed,
    isOne: false,
    writesSinceUtc: writesSinceUtc(run, policy),
    privateLinkServices,
  });
  const clusters = await mapAtMost(AT_ONCE, own, async (one) => viewCluster(run, one, await read(one)));
  const freshSinceUtc = new Date(run.now().getTime() - policy.staleMinutes * 60_000).toISOString();
  const nowUtc = run.now().toISOString();
  const unreadable: World["unreadable"] = new Map();
  const world = { clusters, balancers, privateLinkServices, unreadable, holds, nowUtc, freshSinceUtc };
  return { world, managed: [...managed.byId.values()], contradictions: contradictionsOf(registered) };
}

/**
 * The node resource group of a cluster is in the subscription of the cluster, so one list is enough. Without permission to list, each
 * registered cluster is read individually, and reported as unreadable if that fails too.
 */
async function listManagedHere(run: Run, subscription: string): Promise<ManagedClusters> {
  try {
    const all = await run.ports.network.managedClusters(subscription);
    return { byId: new Map(all.map((one) => [canonicalId(one.id), one])), unreadable: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    run.log.warn("no permission to list managed clusters", { subscription, why: error.message });
    return { byId: new Map(), unreadable: [subscription] };
  }
}

/** Excludes clusters that cannot be read: their Services are unknown. */
function orphanSubjects(world: World): Subjects["orphan"][] {
  const unknown = new Set(
    world.clusters.filter(({ state }) => state === "unknown").map(({ cluster }) => cluster.name),
  );
  return findOrphans(world)
    .filter(({ cluster }) => !unknown.has(cluster))
    .map((candidate) => ({ candidate }));
}

/** Reads the activity log only for Private Link Services that differ: a repair conflict leaves a difference. */
function withTouches(run: Run, privateLinkServices: readonly Subjects["pls"][]): Promise<Subjects["pls"][]> {
  const limit = pLimit(AT_ONCE);
  return waitForAll(
    privateLinkServices.map(async (subject) => {
      const { pls, owner, policy } = subject;
      const differs = owner && planPls(pls, owner, { evidence: [], policy }).changes.length > 0;
      return differs ? { ...subject, touches: await limit(() => lastHour(run, pls.id)) } : subject;
    }),
  );
}
