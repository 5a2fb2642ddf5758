/** Receives a sender's post, with its consequences: releases claims of refused Services, and requests the scan that ends claims. */
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { receiveDeclarations } from "../shared/declarations/receive.ts";
import type { Answer, Post } from "../shared/declarations/step.ts";
import { enqueueOnce } from "../shared/events/coalesce.ts";
import { claimsOfCluster, releaseRefused } from "../shared/inventory/confirmClaims.ts";
import type { Policy } from "../shared/policy/policy.ts";
import type { Run } from "../shared/ports/ports.ts";

interface Report {
  readonly post: Post;
  readonly policy: Policy;
}

/** @throws NotYet if the same cluster reported at the same time; the sender retries its post */
export function takeReport(run: Run, cluster: Cluster, { post, policy }: Report): Promise<Answer> {
  return receiveDeclarations(run, cluster, {
    post,
    policy,
    followUp: {
      claim: claimsOfCluster(run, cluster),
      release: releaseRefused(run, cluster),
      decide: () => requestScan(run, cluster),
    },
  });
}

/** A complete list may end claims. */
const INVENTORY = { queue: "inventory", what: "inventory", id: "all" } as const;

async function requestScan(run: Run, { name }: Cluster): Promise<void> {
  const hint = { why: `cluster ${name} confirmed its Services`, correlationId: run.newId() };
  await enqueueOnce(run, INVENTORY, hint);
}
