/** Everything that is to be done about one link, from fresh reads: whose it is, and what differs. */
import type { Evidence, Plan } from "../changes/plan.ts";
import { listClusters } from "../clusters/registry.ts";
import type { Cluster } from "../clusters/model.ts";
import { listFindings } from "../drift/findingStore.ts";
import type { Declared } from "../intents/model.ts";
import { listDeclared } from "../intents/remember.ts";
import type { Link } from "../network/model.ts";
import type { Policy } from "../policy.ts";
import { readPolicy } from "../policyStore.ts";
import type { Run } from "../ports.ts";
import { clusterOfLink, ownerOfLink } from "./owner.ts";
import { planConnections } from "./planConnections.ts";
import { planLink } from "./planLink.ts";

const HOUR = 3_600_000;

export interface PlannedLink {
  readonly link: Link;
  /** Absent: no registered cluster's, or its marks disagree. */
  readonly cluster?: Cluster;
  /** Absent: no living Service is proved to own it, so nothing is planned. */
  readonly owner?: Declared;
  readonly plan: Plan;
}

/** A function that plans any number of links and reads what they have in common once. */
export function linkPlanner(run: Run): (link: Link) => Promise<PlannedLink> {
  const once = <T>(load: () => Promise<T>) => {
    let value: Promise<T> | undefined;
    return () => (value ??= load());
  };
  const clusters = once(() => listClusters(run));
  const inForce = once(() => readPolicy(run));
  const overdue = once(async () => overdueConnections(run, (await inForce()).policy));
  const known = new Map<string, Promise<KnownServices>>();
  const servicesOf = (name: string) => {
    const services = known.get(name) ?? readServices(run, name);
    known.set(name, services);
    return services;
  };
  return async (link) => {
    const cluster = clusterOfLink(link, await clusters());
    if (!cluster) return { link, plan: { changes: [] } };
    const services = await servicesOf(cluster.name);
    const owner = ownerOfLink(link, services.declared);
    if (!owner) return { link, cluster, plan: { changes: [] } };
    const evidence = evidenceOf(run, { link, owner, snapshotAtUtc: services.snapshotAtUtc });
    const { policy } = await inForce();
    const changes = [
      ...planLink(link, owner, { evidence, policy }).changes,
      ...planConnections(link, owner, { evidence, policy, overdue: await overdue() }).changes,
    ];
    return { link, cluster, owner, plan: { changes } };
  };
}

interface KnownServices {
  readonly declared: readonly Declared[];
  readonly snapshotAtUtc: string | undefined;
}

async function readServices(run: Run, cluster: string): Promise<KnownServices> {
  const [declared, snapshot] = await Promise.all([
    listDeclared(run, cluster),
    run.ports.tables.snapshots.get("all", cluster),
  ]);
  return { declared, snapshotAtUtc: snapshot?.value.takenAtUtc };
}

/** Azure does not say since when a connection waits; the audit's finding does. */
async function overdueConnections(run: Run, { connections }: Policy): Promise<ReadonlySet<string>> {
  const { rejectPendingAfterHours: hours } = connections;
  if (hours === undefined) return new Set();
  const since = new Date(run.now().getTime() - hours * HOUR).toISOString();
  const overdue = (await listFindings(run)).filter(
    ({ check, firstSeenAtUtc, resolvedAtUtc }) =>
      check === "connection-pending-undeclared" && !resolvedAtUtc && firstSeenAtUtc <= since,
  );
  return new Set(overdue.map(({ about }) => about.toLowerCase()));
}

interface Owned {
  readonly link: Link;
  readonly owner: Declared;
  readonly snapshotAtUtc: string | undefined;
}

function evidenceOf(run: Run, { link, owner, snapshotAtUtc = "" }: Owned): Evidence[] {
  const { cluster, namespace, name, origin, observedAtUtc } = owner;
  const service = `Service ${cluster}/${namespace}/${name} declares the link`;
  // A later snapshot still has the Service, or its row would be gone.
  const declared =
    snapshotAtUtc > observedAtUtc
      ? { says: service, source: "snapshot", atUtc: snapshotAtUtc }
      : { says: service, source: origin, atUtc: observedAtUtc };
  const marks = `link ${link.name} carries its owner tag and stands on its frontend`;
  return [declared, { says: marks, source: "Azure", atUtc: run.now().toISOString() }];
}
