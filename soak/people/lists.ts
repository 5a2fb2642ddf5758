/** The clusters' lists of Services: true ones, and what a broken reader sends. */
import type { Cluster } from "../../sandbox/cluster/cluster.ts";
import type { Acting } from "./acting.ts";

const LIE_SHARE = 0.4;

export async function sendSnapshot({ stage, random }: Acting): Promise<string> {
  const cluster = random.pick([...stage.fleet.clusters.values()]);
  if (!cluster) return "no cluster";
  return `answered ${(await cluster.snapshot()).status}`;
}

/** Complete by its word, and far too short. */
export async function sendLie({ stage, random }: Acting): Promise<string> {
  const cluster = random.pick(
    [...stage.fleet.clusters.values()].filter(({ services }) => services.size >= 3),
  );
  if (!cluster) return "nothing to lie about";
  const all = [...cluster.services.values()];
  return send(cluster, list(all.slice(0, Math.floor(all.length * LIE_SHARE))));
}

/** The connection broke in the middle of the list. */
export async function sendHalf({ stage, random }: Acting): Promise<string> {
  const cluster = random.pick([...stage.fleet.clusters.values()]);
  if (!cluster) return "no cluster";
  const whole = list([...cluster.services.values()]);
  return send(cluster, whole.slice(0, Math.floor(whole.length / 2)));
}

function list(items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items });
}

async function send({ options }: Cluster, body: string): Promise<string> {
  const response = await fetch(options.snapshotUrl ?? "", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return `answered ${response.status}`;
}
