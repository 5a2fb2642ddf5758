/** Plans all changes of one PLS from new reads: its owner, and what differs from the declaration. */
import { isTaggedOff } from "../changes/offTag.ts";
import type { Evidence, Plan } from "../changes/plan.ts";
import { listClusters } from "../declarations/registry.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { listFindings } from "../findings/findingStore.ts";
import type { Declared } from "../kubernetes/intent.ts";
import { findConfirmed, listConfirmed } from "../declarations/confirmed.ts";
import { readFeed } from "../declarations/feed.ts";
import type { Confirmation } from "../declarations/model.ts";
import type { PrivateLinkService } from "../azure/networkModel.ts";
import { once } from "../core/once.ts";
import type { Policy } from "../policy/policy.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { clusterOfPls, OWNER_TAG, ownerOfPls } from "../declarations/plsOwner.ts";
import { planConnections } from "./planConnections.ts";
import { planPls } from "./planPls.ts";
import { waitForAll } from "../core/waitForAll.ts";

const HOUR = 3_600_000;

export interface PlannedPls {
  readonly pls: PrivateLinkService;
  /** Absent if it belongs to no registered cluster, or its tags and frontend contradict each other. */
  readonly cluster?: Cluster;
  /** Absent if no confirmed Service owns it: then nothing is planned. */
  readonly owner?: Declared;
  /** Number under which the cluster confirmed the declaration of `owner`; absent if it confirmed nothing. */
  readonly confirmedSequence?: number;
  readonly plan: Plan;
}

/**
 * Plans Private Link Services; reads shared data once. `all` reads the Services of a cluster as one list, for
 * many Private Link Services; otherwise one by one.
 * @param proposed plans as if the cluster had confirmed this proposal of the owner
 */
export function plsPlanner(
  run: Run,
  reads: "one" | "all",
  proposed?: Declared,
): (pls: PrivateLinkService) => Promise<PlannedPls> {
  const clusters = once(() => listClusters(run));
  const inForce = once(() => readPolicy(run));
  const overdue = once(async () => overdueConnections(run, (await inForce("")).policy));
  const feeds = once((name) => readFeed(run, name));
  const lists = once((name) => listConfirmed(run, name));
  const declaredFor = async (pls: PrivateLinkService, name: string) =>
    reads === "all" ? lists(name) : oneDeclared(run, name, pls);
  return async (pls) => {
    const [known, { policy }] = await waitForAll([clusters(""), inForce("")]);
    const cluster = clusterOfPls(pls, known);
    if (!cluster) return { pls, plan: { changes: [] } };
    // The feed is read first, so that the declarations are at least as new as the confirmation that it
    // states.
    const confirmed = (await feeds(cluster.name))?.confirmed;
    const declared = await declaredFor(pls, cluster.name);
    const owner = proposed ?? ownerOfPls(pls, declared);
    const order = confirmed ? { confirmedSequence: confirmed.sequence } : {};
    if (!owner || !confirmed || proposed?.deletedAtUtc !== undefined || isTaggedOff(pls.tags))
      return { pls, cluster, ...order, ...(owner && { owner }), plan: { changes: [] } };
    const evidence = evidenceOf(run, { pls, owner, confirmed });
    const changes = [
      ...planPls(pls, owner, { evidence, policy }).changes,
      ...planConnections(pls, owner, { evidence, policy, overdue: await overdue("") }).changes,
    ];
    const plan = { changes: changes.map((one) => ({ ...one, ...order })) };
    return { pls, cluster, owner, ...order, plan };
  };
}

/** The same for one, from a new read of it; `undefined` if it does not exist. */
export async function planById(run: Run, id: string, proposed?: Declared): Promise<PlannedPls | undefined> {
  const pls = await run.ports.network.pls(id);
  return pls && plsPlanner(run, "one", proposed)(pls);
}

/** The Service that the owner tag names, as its cluster confirmed it. */
async function oneDeclared(
  run: Run,
  cluster: string,
  { tags }: PrivateLinkService,
): Promise<readonly Declared[]> {
  const declared = await findConfirmed(run, cluster, tags[OWNER_TAG] ?? "");
  return declared ? [declared] : [];
}

/** Azure does not report since when a connection is pending; the finding of the audit does. */
async function overdueConnections(run: Run, { connections }: Policy): Promise<ReadonlySet<string>> {
  const { rejectPendingAfterHours: hours } = connections;
  if (hours === undefined) return new Set();
  const since = new Date(run.now().getTime() - hours * HOUR).toISOString();
  const overdue = (await listFindings(run)).filter(
    ({ check, firstSeenAtUtc, reopenedAtUtc = firstSeenAtUtc, resolvedAtUtc }) =>
      check === "connection-pending-undeclared" && !resolvedAtUtc && reopenedAtUtc <= since,
  );
  return new Set(overdue.map(({ about }) => about.toLowerCase()));
}

interface Owned {
  readonly pls: PrivateLinkService;
  readonly owner: Declared;
  readonly confirmed: Confirmation;
}

function evidenceOf(run: Run, { pls, owner, confirmed }: Owned): Evidence[] {
  const { cluster, namespace, name } = owner;
  const declared = `Service ${cluster}/${namespace}/${name} declares the Private Link Service`;
  const { atUtc, resourceVersion: version } = confirmed;
  const marks = `Private Link Service ${pls.name} has its owner tag and is attached to its frontend`;
  return [
    { says: declared, source: "Kubernetes", atUtc, version },
    { says: marks, source: "Azure", atUtc: run.now().toISOString() },
  ];
}
