/** Everything that is to be done about one link, from fresh reads: whose it is, and what differs. */
import { isTaggedOff } from "../changes/offTag.ts";
import type { Evidence, Plan } from "../changes/plan.ts";
import { listClusters } from "../clusters/registry.ts";
import type { Cluster } from "../clusters/model.ts";
import { listFindings } from "../drift/findingStore.ts";
import type { Declared } from "../intents/model.ts";
import { listDeclared } from "../intents/remember.ts";
import type { Link } from "../network/model.ts";
import { once } from "../once.ts";
import type { Policy } from "../policy.ts";
import { readPolicy } from "../policyStore.ts";
import type { Run } from "../ports.ts";
import { clusterOfLink, OWNER_TAG, ownerOfLink } from "./owner.ts";
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

/** Plans links; what they have in common is read once. `all` reads a cluster's Services as one list, for many links; else one by one. */
export function linkPlanner(run: Run, reads: "one" | "all"): (link: Link) => Promise<PlannedLink> {
  const clusters = once(() => listClusters(run));
  const inForce = once(() => readPolicy(run));
  const overdue = once(async () => overdueConnections(run, (await inForce("")).policy));
  const snapshots = once((name) => run.ports.tables.snapshots.get("all", name));
  const lists = once((name) => listDeclared(run, name));
  const declaredFor = async (link: Link, name: string) =>
    reads === "all" ? lists(name) : oneDeclared(run, name, link);
  return async (link) => {
    const [known, { policy }] = await Promise.all([clusters(""), inForce("")]);
    const cluster = clusterOfLink(link, known);
    if (!cluster) return { link, plan: { changes: [] } };
    const [declared, snapshot] = await Promise.all([
      declaredFor(link, cluster.name),
      snapshots(cluster.name),
    ]);
    const owner = ownerOfLink(link, declared);
    if (!owner || isTaggedOff(link.tags))
      return { link, cluster, ...(owner && { owner }), plan: { changes: [] } };
    const evidence = evidenceOf(run, { link, owner, snapshotAtUtc: snapshot?.value.takenAtUtc });
    const changes = [
      ...planLink(link, owner, { evidence, policy }).changes,
      ...planConnections(link, owner, { evidence, policy, overdue: await overdue("") }).changes,
    ];
    return { link, cluster, owner, plan: { changes } };
  };
}

/** The Service that the link's owner tag names. */
async function oneDeclared(run: Run, cluster: string, { tags }: Link): Promise<readonly Declared[]> {
  const row = await run.ports.tables.intents.get(cluster, tags[OWNER_TAG] ?? "");
  return row ? [row.value] : [];
}

/** Azure does not say since when a connection waits; the audit's finding does. */
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
