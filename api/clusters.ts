import * as z from "zod";
import { contradictionsOf } from "../shared/declarations/clusterContradictions.ts";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { listClusters } from "../shared/declarations/registry.ts";
import { listFindings } from "../shared/findings/findingStore.ts";
import { clusterDeleted } from "../shared/audit/checks/clusters.ts";
import { isUnresolved, type Finding } from "../shared/findings/finding.ts";
import { readFeed } from "../shared/declarations/feed.ts";
import type { Feed } from "../shared/declarations/model.ts";
import type { Policy } from "../shared/policy/policy.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import { countOpen } from "./counts.ts";
import { RegisteredCluster, type ClusterHealth } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

export const clusters = [
  defineOperation({
    name: "listClusters",
    method: "GET",
    path: "/clusters",
    summary: "List registered clusters with their last report, identity and open findings",
    role: "Mooring.Reader",
    response: z.object({ items: z.array(RegisteredCluster) }),
    handle: async ({ run }) => {
      const [findings, { policy }] = await waitForAll([listFindings(run), readPolicy(run)]);
      const clusters = await listClusters(run);
      const health = await healthOf(run, clusters, { findings, policy });
      const nowUtc = run.now().toISOString();
      const items = clusters.flatMap((cluster) => {
        const one = health.get(cluster.name);
        return one ? [{ ...one, ...placeOf(cluster), ...tokensOf(cluster, nowUtc) }] : [];
      });
      return { body: { items } };
    },
  }),
];

export async function healthOfClusters(
  run: Run,
  findings: readonly Finding[],
  policy: Pick<Policy, "staleMinutes">,
): Promise<ClusterHealth[]> {
  const health = await healthOf(run, await listClusters(run), { findings, policy });
  return [...health.values()];
}

interface Judging {
  readonly findings: readonly Finding[];
  readonly policy: Pick<Policy, "staleMinutes">;
}

/** By name, in the order of the clusters. */
async function healthOf(
  run: Run,
  clusters: readonly Cluster[],
  judging: Judging,
): Promise<Map<string, ClusterHealth>> {
  const contradictions = contradictionsOf(clusters);
  const all = await waitForAll(
    clusters.map(async (cluster) => ({
      ...(await reportOf(run, cluster, judging)),
      ...registrationOf(cluster),
      contradictions: (contradictions.get(cluster.name) ?? []).map(({ message }) => message),
    })),
  );
  return new Map(all.map((one) => [one.name, one]));
}

function placeOf({ nodeResourceGroup, vnetId, defaultSubnet, registeredAtUtc, identity }: Cluster) {
  const { corroboration } = identity ?? {};
  const evidence = corroboration && { by: corroboration.by, detail: corroboration.detail };
  const place = { nodeResourceGroup, vnetId, defaultSubnet, registeredAtUtc };
  return { ...place, ...(evidence && { corroboration: evidence }) };
}

/** Without hashes and without expired tokens. */
function tokensOf({ tokens }: Cluster, nowUtc: string): Pick<RegisteredCluster, "tokens"> {
  const valid = tokens.filter(({ endsAtUtc }) => endsAtUtc === undefined || endsAtUtc > nowUtc);
  return {
    tokens: valid.map(({ madeAtUtc, endsAtUtc }) => ({ madeAtUtc, ...(endsAtUtc && { endsAtUtc }) })),
  };
}

/** The binding of the registration, which decides whether the lists of the cluster are evidence. */
function registrationOf({ identity, unchecked }: Cluster): Pick<ClusterHealth, "identity" | "unchecked"> {
  return {
    ...(identity && { identity: { uid: identity.uid, boundAtUtc: identity.boundAtUtc } }),
    ...(unchecked && { unchecked }),
  };
}

async function reportOf(
  run: Run,
  { name, resourceId }: Cluster,
  { findings, policy }: Judging,
): Promise<Omit<ClusterHealth, "contradictions">> {
  const feed = await readFeed(run, name);
  const own = findings.filter(({ cluster }) => cluster === name);
  const isDeleted = own.some((finding) => finding.check === clusterDeleted.id && isUnresolved(finding));
  return {
    name,
    resourceId,
    services: feed?.list?.services ?? 0,
    ...(feed?.confirmed && { confirmedAtUtc: feed.confirmed.atUtc }),
    state: isDeleted ? "deleted" : reportState(run, policy, feed),
    findings: countOpen(own, run.now().toISOString()),
  };
}

function reportState(
  run: Run,
  { staleMinutes }: Pick<Policy, "staleMinutes">,
  feed: Feed | undefined,
): ClusterHealth["state"] {
  if (!feed?.confirmed) return "never reported";
  const ageMinutes = (run.now().getTime() - Date.parse(feed.confirmed.atUtc)) / 60_000;
  return ageMinutes > staleMinutes ? "silent" : "ok";
}
