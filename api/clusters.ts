import * as z from "zod";
import type { Cluster } from "../shared/clusters/model.ts";
import { listClusters } from "../shared/clusters/registry.ts";
import { listFindings } from "../shared/drift/findingStore.ts";
import { clusterGone } from "../shared/drift/checks/clusters.ts";
import { isThere, type Finding } from "../shared/drift/finding.ts";
import type { Snapshot } from "../shared/intents/model.ts";
import type { Policy } from "../shared/policy.ts";
import { readPolicy } from "../shared/policyStore.ts";
import type { Run } from "../shared/ports.ts";
import { countOpen } from "./counts.ts";
import { ClusterHealth } from "./model.ts";
import { defineOperation } from "./operation.ts";

export const clusters = [
  defineOperation({
    name: "listClusters",
    method: "GET",
    path: "/clusters",
    summary: "Registered clusters: when each was last heard of, and its open findings",
    role: "Mooring.Reader",
    response: z.object({ items: z.array(ClusterHealth) }),
    handle: async ({ run }) => {
      const [findings, { policy }] = await Promise.all([listFindings(run), readPolicy(run)]);
      return { body: { items: await healthOfClusters(run, findings, policy) } };
    },
  }),
];

export async function healthOfClusters(
  run: Run,
  findings: readonly Finding[],
  policy: Pick<Policy, "snapshotStaleMinutes">,
): Promise<ClusterHealth[]> {
  const known = await listClusters(run);
  return Promise.all(known.map((cluster) => healthOf(run, cluster, { findings, policy })));
}

async function healthOf(
  run: Run,
  { name, resourceId }: Cluster,
  { findings, policy }: { findings: readonly Finding[]; policy: Pick<Policy, "snapshotStaleMinutes"> },
): Promise<ClusterHealth> {
  const snapshot = (await run.ports.tables.snapshots.get("all", name))?.value;
  const own = findings.filter(({ cluster }) => cluster === name);
  const isGone = own.some((finding) => finding.check === clusterGone.id && isThere(finding));
  return {
    name,
    resourceId,
    services: snapshot?.services ?? 0,
    ...(snapshot && { snapshotAtUtc: snapshot.takenAtUtc }),
    state: isGone ? "gone" : heardOf(run, policy, snapshot),
    findings: countOpen(own, run.now().toISOString()),
  };
}

function heardOf(
  run: Run,
  { snapshotStaleMinutes }: Pick<Policy, "snapshotStaleMinutes">,
  snapshot: Snapshot | undefined,
): ClusterHealth["state"] {
  if (!snapshot) return "never heard of";
  const ageMinutes = (run.now().getTime() - Date.parse(snapshot.takenAtUtc)) / 60_000;
  return ageMinutes > snapshotStaleMinutes ? "silent" : "ok";
}
