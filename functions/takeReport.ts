/** A sender's post with everything that follows from it: claims of what never came to be end, and claims that waited for a list may end. */
import type { Cluster } from "../shared/clusters/model.ts";
import { receiveDeclarations } from "../shared/declarations/receive.ts";
import type { Answer, Post } from "../shared/declarations/step.ts";
import { enqueueOnce } from "../shared/events/coalesce.ts";
import { claimsOfCluster, releaseRefused } from "../shared/inventory/confirmClaims.ts";
import type { Policy } from "../shared/policy.ts";
import type { Run } from "../shared/ports.ts";

interface Report {
  readonly post: Post;
  readonly policy: Policy;
}

/** @throws NotYet if the same cluster reported at the same time: the sender repeats its post */
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

const INVENTORY = { queue: "inventory", what: "inventory", id: "all" } as const;

async function requestScan(run: Run, { name }: Cluster): Promise<void> {
  const hint = { why: `cluster ${name} confirmed its Services`, correlationId: run.newId() };
  await enqueueOnce(run, INVENTORY, hint);
}
