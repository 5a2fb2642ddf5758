/** Many clusters that continuously create Services, with a free address or with one that another cluster has. */
import { setTimeout as delay } from "node:timers/promises";
import { internal } from "../../sandbox/world/definition.ts";
import { DEADLINE_MILLISECONDS, type Admission, type Phase } from "../judge/admissions.ts";
import type { Random } from "../random.ts";
import type { LoadCluster } from "../stage/loadEstate.ts";

/** Longer than the deadline, so that late answers are measured. */
const GIVE_UP_MILLISECONDS = 3 * DEADLINE_MILLISECONDS;
const TAKEN_SHARE = 0.4;
const RACE_SHARE = 0.05;

interface Owned {
  readonly address: string;
  readonly cluster: string;
}

export class Admissions {
  readonly all: Admission[] = [];
  readonly #url: string;
  readonly #random: Random;
  readonly #owned: Owned[] = [];
  #addresses = 0;
  phase: Phase = "quiet";

  constructor(url: string, random: Random) {
    this.#url = url;
    this.#random = random;
  }

  /** Every cluster sends one request per interval, without waiting for the previous answer, until the signal. */
  async run(
    clusters: readonly LoadCluster[],
    intervalMilliseconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    await Promise.all(
      clusters.map((cluster) => this.#runOne(cluster, clusters, { intervalMilliseconds, signal })),
    );
  }

  async #runOne(
    cluster: LoadCluster,
    clusters: readonly LoadCluster[],
    { intervalMilliseconds, signal }: { readonly intervalMilliseconds: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const open = new Set<Promise<void>>();
    await rest(this.#random.between(0, intervalMilliseconds), signal);
    while (!signal.aborted) {
      const one: Promise<void> = this.#next(cluster, clusters).finally(() => open.delete(one));
      open.add(one);
      await rest(intervalMilliseconds, signal);
    }
    await Promise.all(open);
  }

  async #next(cluster: LoadCluster, clusters: readonly LoadCluster[]): Promise<void> {
    const taken = this.#random.chance(TAKEN_SHARE) ? this.#random.pick(this.#owned) : undefined;
    if (taken && taken.cluster !== cluster.name) return this.request(cluster, taken.address);
    const address = this.newAddress();
    const rival = this.#random.chance(RACE_SHARE) ? this.#random.pick(clusters) : undefined;
    const rivals = rival && rival !== cluster ? [cluster, rival] : [cluster];
    await Promise.all(rivals.map((one) => this.request(one, address, rivals.length > 1)));
  }

  /** An address that no Service had before. */
  newAddress(): string {
    const n = (this.#addresses += 1) + 255;
    return `10.100.${n >> 8}.${n % 256}`;
  }

  async request(cluster: LoadCluster, address: string, isContested = false): Promise<void> {
    const isTaken = this.#owned.some((one) => one.address === address && one.cluster !== cluster.name);
    const { phase } = this;
    const began = performance.now();
    const answer = await this.#review(cluster, address);
    const milliseconds = performance.now() - began;
    if (answer.allowed) this.#owned.push({ address, cluster: cluster.name });
    this.all.push({ phase, cluster: cluster.name, address, isTaken, isContested, milliseconds, ...answer });
  }

  async #review(
    cluster: LoadCluster,
    address: string,
  ): Promise<Pick<Admission, "status" | "allowed" | "message">> {
    try {
      const response = await fetch(`${this.#url}/api/admit/${cluster.name}/${cluster.token}?timeout=5s`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(reviewOf(address)),
        signal: AbortSignal.timeout(GIVE_UP_MILLISECONDS),
      });
      const text = await response.text();
      if (!response.ok) return { status: response.status, message: text.slice(0, 200) };
      const { allowed, status } = (JSON.parse(text) as { response: Reviewed }).response;
      return { status: response.status, allowed, message: status?.message ?? "" };
    } catch (error) {
      return { status: 0, message: error instanceof Error ? error.message : String(error) };
    }
  }
}

interface Reviewed {
  readonly allowed: boolean;
  readonly status?: { readonly message?: string };
}

function reviewOf(address: string): object {
  const name = `s-${address.replaceAll(".", "-")}`;
  const service = internal(name, { "load-balancer-ipv4": address });
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: crypto.randomUUID(),
      kind: { group: "", version: "v1", kind: "Service" },
      resource: { group: "", version: "v1", resource: "services" },
      name,
      namespace: service.metadata.namespace,
      operation: "CREATE",
      object: { ...service, metadata: { ...service.metadata, uid: crypto.randomUUID() } },
      oldObject: null,
      dryRun: false,
    },
  };
}

async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
