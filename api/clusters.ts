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
import { ClusterHealth } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

export const clusters = [
  defineOperation({
    name: "listClusters",
    method: "GET",
    path: "/clusters",
    summary: "List registered clusters with their last report, identity and open findings",
    role: "Mooring.Reader",
    response: z.object({ items: z.array(ClusterHealth) }),
    handle: async ({ run }) => {
      const [findings, { policy }] = await waitForAll([listFindings(run), readPolicy(run)]);
      return { body: { items: await healthOfClusters(run, findings, policy) } };
    },
  }),
];

export async function healthOfClusters(
  run: Run,
  findings: readonly Finding[],
  policy: Pick<Policy, "staleMinutes">,
): Promise<ClusterHealth[]> {
  const registered = await listClusters(run);
  const contradictions = contradictionsOf(registered);
  return waitForAll(
    registered.map(async (cluster) => ({
      ...(await healthOf(run, cluster, { findings, policy })),
      ...registrationOf(cluster),
      contradictions: (contradictions.get(cluster.name) ?? []).map(({ message }) => message),
    })),
  );
}

/** The binding of the registration, which decides whether the lists of the cluster are evidence. */
function registrationOf({ identity, unchecked }: Cluster): Pick<ClusterHealth, "identity" | "unchecked"> {
  return {
    ...(identity && { identity: { uid: identity.uid, boundAtUtc: identity.boundAtUtc } }),
    ...(unchecked && { unchecked }),
  };
}

async function healthOf(
  run: Run,
  { name, resourceId }: Cluster,
  { findings, policy }: { findings: readonly Finding[]; policy: Pick<Policy, "staleMinutes"> },
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
