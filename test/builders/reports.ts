/**
 * A cluster that reports its Services as the sender does, over the use case itself: lists in pages, windows with bookmarks, and whatever a
 * test makes fail in between.
 */
import { takeReport } from "../../functions/takeReport.ts";
import type { Applied, Apply } from "../../shared/changes/applied.ts";
import { requireCluster } from "../../shared/declarations/registry.ts";
import type { Answer, Post } from "../../shared/declarations/step.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import type { Run } from "../../shared/ports/ports.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";

/** The cluster confirms, under a new number, that everything is as it is stored. */
export async function confirmNow(run: Run, name = "one"): Promise<void> {
  const row = await run.ports.tables.feeds.get("all", name);
  const sequence = (row?.value.sequence ?? 0) + 1;
  const confirmed = { resourceVersion: "10", sequence, atUtc: run.now().toISOString() };
  const value = { list: { ...confirmed, services: 1 }, ...row?.value, cluster: name, sequence, confirmed };
  await run.ports.tables.feeds.transact("all", [{ do: "put", key: name, value }]);
}

/** What becomes of a PLS when its cluster confirms the declaration as soon as that is waited for. */
export async function reconcileConfirmed(
  run: Run,
  apply: Apply,
  item: WorkItem,
): Promise<readonly Applied[]> {
  for (let waits = 0; waits < CONFIRMATIONS; waits += 1) {
    try {
      return await reconcilePls(run, apply, item);
    } catch (error) {
      if (!(error instanceof NotYet && error.message.includes("waiting for the next report"))) throw error;
      await confirmNow(run);
    }
  }
  return reconcilePls(run, apply, item);
}

/** One before the Private Link Service is written, and one for its connections: that write is newer than the first. */
const CONFIRMATIONS = 2;

const A = "service.beta.kubernetes.io/azure-";

export interface ReportedService {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly type?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly loadBalancerIP?: string;
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
}

export class Reporter {
  readonly #run: Run;
  readonly #cluster: string;
  /** uid of Service `default/kubernetes`. */
  identity: string;
  /** Grows with every change. */
  version = 10;
  services: ReportedService[] = [];
  #answer: Answer | undefined;
  /** Sorted once for all pages of a list. */
  #listed:
    { services: ReportedService[]; identity: string; sorted: ReturnType<Reporter["object"]>[] } | undefined;

  constructor(run: Run, cluster = "one", identity = `identity of ${cluster}`) {
    this.#run = run;
    this.#cluster = cluster;
    this.identity = identity;
  }

  /** The query that Mooring named last. */
  get query(): string {
    return this.#answer?.query ?? "";
  }

  async post(post: Post): Promise<Answer> {
    const cluster = await requireCluster(this.#run, this.#cluster);
    const { policy } = await readPolicy(this.#run);
    this.#answer = await takeReport(this.#run, cluster, { post, policy });
    return this.#answer;
  }

  /** A sender that starts. */
  async start(): Promise<Answer> {
    return this.post({ body: "" });
  }

  /** Answers the query that Mooring named as an API server with these Services does. */
  async step(body?: string): Promise<Answer> {
    const before = this.#answer ?? (await this.start());
    return this.post({ sequence: before.sequence, status: 200, body: body ?? this.answerTo(before.query) });
  }

  /** A complete list of a new sender. */
  async list(services: readonly ReportedService[] = this.services): Promise<Answer> {
    this.services = [...services];
    this.version += 1;
    await this.start();
    let answer = await this.step();
    while (answer.outcome === "page staged") answer = await this.step();
    return answer;
  }

  /** Confirms that nothing changed, by a window that began after this call. Windows only: no list may be due. */
  async confirm(
    events: readonly { readonly type: string; readonly service: ReportedService }[] = [],
  ): Promise<Answer> {
    if (!this.#answer) await this.list();
    return this.step(this.window(events));
  }

  window(events: readonly { readonly type: string; readonly service: ReportedService }[]): string {
    const lines = events.map(({ type, service }) => {
      this.version += 1;
      return JSON.stringify({
        type,
        object: this.object({ ...service, resourceVersion: String(this.version) }),
      });
    });
    return [...lines, this.bookmark()].join("\n");
  }

  bookmark(): string {
    return JSON.stringify({
      type: "BOOKMARK",
      object: { kind: "Service", apiVersion: "v1", metadata: { resourceVersion: String(this.version) } },
    });
  }

  answerTo(query: string): string {
    const asked = new URLSearchParams(query);
    return asked.has("watch")
      ? this.bookmark()
      : this.page(Number(asked.get("limit")), asked.get("continue"));
  }

  /** One page of the list, in the API server's order. */
  page(limit: number, from: string | null): string {
    const sorted = this.#sorted();
    const start = from === null ? 0 : Number(from);
    const next = start + limit < sorted.length ? { continue: String(start + limit) } : {};
    return JSON.stringify({
      kind: "ServiceList",
      apiVersion: "v1",
      metadata: { resourceVersion: String(this.version), ...next },
      items: sorted.slice(start, start + limit),
    });
  }

  #sorted() {
    const { services, identity } = this;
    if (this.#listed?.services === services && this.#listed.identity === identity) return this.#listed.sorted;
    const kubernetes = { name: "kubernetes", namespace: "default", uid: identity, type: "ClusterIP" };
    const sorted = [kubernetes, ...services]
      .map((one) => this.object(one))
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    this.#listed = { services, identity, sorted };
    return sorted;
  }

  object(service: ReportedService) {
    const {
      name,
      namespace = "shop",
      uid = `uid-${name}`,
      resourceVersion = "5",
      type = "LoadBalancer",
    } = service;
    const {
      annotations,
      deletionTimestamp,
      loadBalancerIP,
      ports = [{ port: 80, protocol: "TCP" }],
    } = service;
    return {
      metadata: { name, namespace, uid, resourceVersion, annotations, deletionTimestamp },
      spec: { type, ports, loadBalancerIP },
    };
  }
}

function keyOf({ metadata: { namespace, name } }: { metadata: { namespace: string; name: string } }): string {
  return `${namespace}/${name}`;
}

/** An internal Service of type LoadBalancer. @param settings annotations without their prefix */
export function internalService(
  name: string,
  settings: Readonly<Record<string, string>> = {},
): ReportedService {
  const all = { "load-balancer-internal": "true", ...settings };
  const annotations = Object.fromEntries(Object.entries(all).map(([key, value]) => [`${A}${key}`, value]));
  return { name, annotations };
}
