import pLimit from "p-limit";
import { contradictionsOf, type Contradiction } from "../../declarations/clusterContradictions.ts";
import type { Cluster } from "../../declarations/clusterModel.ts";
import { compareWithArm, type Comparison } from "../../declarations/registration.ts";
import { listClusters } from "../../declarations/registry.ts";
import { defineCheck, fail, ok, skipped, warn, type Outcome } from "../check.ts";
import { messageOf } from "../../core/messageOf.ts";
import { waitForAll } from "../../core/waitForAll.ts";

const AT_ONCE = 8;
/** There may be many clusters, each with several reads. */
const SECONDS = 60;
const NONE = "no cluster is registered; use mooring clusters add or mooring clusters discover";

interface Compared {
  readonly cluster: Cluster;
  readonly contradictions: readonly Contradiction[];
  /** Comparison with ARM, or why ARM could not be read. */
  readonly arm: Comparison | { readonly unreadable: string };
}

export const registrations = defineCheck({
  id: "registrations",
  title: "Each registration matches ARM, and no two contradict each other",
  docs: "A registration assigns the load balancers of a resource group to the Services of a cluster. Mooring deletes nothing on the evidence of a wrong, contradicted or unchecked registration.",
  needs: ["storage"],
  seconds: SECONDS,
  async read({ run }): Promise<Compared[]> {
    const clusters = await listClusters(run);
    const contradictions = contradictionsOf(clusters);
    const limit = pLimit(AT_ONCE);
    const compare = (cluster: Cluster): Promise<Compared["arm"]> =>
      compareWithArm(run.ports.network, cluster).catch((error: unknown) => ({
        unreadable: messageOf(error),
      }));
    return waitForAll(
      clusters.map((cluster) =>
        limit(async () => ({
          cluster,
          contradictions: contradictions.get(cluster.name) ?? [],
          arm: await compare(cluster),
        })),
      ),
    );
  },
  judge: (all) => (all.length === 0 ? skipped(NONE) : all.flatMap(judgeRegistration)),
});

function judgeRegistration({ cluster, contradictions, arm }: Compared): Outcome[] {
  const about = cluster.name;
  const problems = [
    ...contradictions.map(({ message, advice }) => fail({ about, message, advice })),
    ...judgeComparison(about, arm),
    ...judgeUnchecked(cluster),
  ];
  return problems.length > 0
    ? problems
    : [ok("managed cluster, node resource group, network and subnet match", about)];
}

function judgeComparison(about: string, arm: Compared["arm"]): Outcome[] {
  if ("unreadable" in arm)
    return [
      warn({
        about,
        message: `could not be compared with ARM: ${arm.unreadable}`,
        advice:
          "assign the role Mooring reader to the identity of Mooring in the subscriptions of the cluster and its virtual network",
      }),
    ];
  if (arm.place) return [];
  const message = arm.problems.join("; ");
  if (arm.exists)
    return [
      fail({
        about,
        message,
        advice: `run mooring clusters remove ${about}, then register it again with the values of ARM`,
      }),
    ];
  const advice =
    "if the cluster was deleted, keep it registered until its orphans are removed; if the id is wrong, remove it and register it again";
  return [warn({ about, message, advice })];
}

function judgeUnchecked({ name, unchecked }: Cluster): Outcome[] {
  if (!unchecked) return [];
  const message = `registered unchecked at ${unchecked.atUtc} (${unchecked.reason}): never used as evidence for a delete`;
  return [warn({ about: name, message, advice: "remove it and register it again without --unchecked" })];
}

export const bindings = defineCheck({
  id: "bindings",
  title: "Each cluster is bound to its identity",
  docs: "The first complete list of a cluster binds its registration to the cluster's identity, the uid of Service default/kubernetes. Lists with another identity are refused.",
  needs: ["storage"],
  read: ({ run }) => listClusters(run),
  judge: (all) => (all.length === 0 ? skipped(NONE) : all.map(judgeBinding)),
});

function judgeBinding({ name: about, identity }: Cluster): Outcome {
  if (identity) return ok(`identity ${identity.uid}, bound at ${identity.boundAtUtc}`, about);
  return warn({
    about,
    message: "is not bound to an identity yet: no resource of the cluster can be proved an orphan",
    advice: `its first complete list of Services binds it; check the sender with kubectl -n mooring get pods in cluster ${about}`,
  });
}
