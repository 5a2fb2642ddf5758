/** Teams with their Services: made, changed and deleted through admission, with addresses that are too few for all. */
import { isDeepStrictEqual } from "node:util";
import { applyPatch, type Operation } from "rfc6902";
import type { Cluster } from "../../sandbox/cluster/cluster.ts";
import { annotation, serviceKey, type Service } from "../../sandbox/cluster/service.ts";
import { internal, PARTNER, PLATFORM } from "../../sandbox/world/definition.ts";
import type { Random } from "../random.ts";
import type { Acting } from "./acting.ts";

const NAMES = 14;
const PORTS = [80, 443, 8080];
const ADDRESSES = Array.from({ length: 10 }, (_, n) => `10.240.8.${50 + n}`);
/** Refused because the state is unknown, not because of a rule. */
const NO_ANSWER = /failed calling webhook|could not check/;
const NAT_ADDRESSES = Array.from({ length: 6 }, (_, n) => `10.240.10.${20 + n}`);

/** A Service as some team writes it. */
function written(random: Random, name: string): Service {
  const service = internal(name, { ...address(random), ...pls(random) }, [random.pick(PORTS) ?? 80]);
  if (annotation(service, "azure-load-balancer-ipv4") === undefined && random.chance(0.4))
    Object.assign(service.metadata.annotations ?? {}, { "mooring.dev/address": "auto" });
  return service;
}

function address(random: Random): Record<string, string> {
  return random.chance(0.6) ? { "load-balancer-ipv4": random.pick(ADDRESSES) ?? "" } : {};
}

function pls(random: Random): Record<string, string> {
  if (!random.chance(0.4)) return {};
  const visibility = random.chance(0.2) ? ["*"] : [PLATFORM, ...(random.chance(0.6) ? [PARTNER] : [])];
  return {
    "pls-create": "true",
    "pls-ip-configuration-subnet": "links",
    "pls-visibility": visibility.join(" "),
    "pls-auto-approval": random.some([PLATFORM, PARTNER]).join(" "),
    ...(random.chance(0.3) && { "pls-ip-configuration-ip-address": random.pick(NAT_ADDRESSES) ?? "" }),
  };
}

/** Creates a Service, or replaces the one of that name. */
export async function applyService(acting: Acting): Promise<string> {
  const { random } = acting;
  const cluster = random.pick([...acting.stage.fleet.clusters.values()]);
  const service = written(random, `svc-${random.between(0, NAMES - 1)}`);
  if (!cluster) return "no cluster";
  return alone(acting, cluster, service, async () => {
    const whole = await mutated(cluster, service);
    return whole ? applied(acting, cluster, whole) : "refused by the mutating webhook";
  });
}

/** One change at a time to a Service. */
async function alone(
  { truth }: Acting,
  cluster: Cluster,
  service: Service,
  act: () => Promise<string>,
): Promise<string> {
  const name = `${cluster.options.name}/${serviceKey(service)}`;
  if (truth.busy.has(name)) return "busy";
  truth.busy.add(name);
  try {
    return await act();
  } finally {
    truth.busy.delete(name);
  }
}

async function applied(acting: Acting, cluster: Cluster, service: Service): Promise<string> {
  const before = cluster.services.get(serviceKey(service));
  const since = Date.now();
  const { allowed, pending, message = "", warnings } = await cluster.apply(service);
  const uid = cluster.services.get(serviceKey(service))?.metadata.uid ?? "";
  if (!allowed) return refused(acting, before, message);
  if (acting.stage.fleet.clusters.get(cluster.options.name) !== cluster) return "its cluster was deleted";
  // An unchanged Service gets no new promise.
  if (before && saysTheSame(before, service)) acting.truth.built(uid, pending === undefined);
  else acting.truth.admitted(uid, since, pending === undefined);
  // Admitted without a check: nothing was promised.
  if (warnings.some((one) => NO_ANSWER.test(one))) acting.truth.doubted(uid);
  return pending === undefined ? "built" : `pending: ${pending.slice(0, 200)}`;
}

function refused({ truth }: Acting, before: Service | undefined, message = ""): string {
  if (before && NO_ANSWER.test(message)) truth.doubted(before.metadata.uid ?? "");
  return `refused: ${message.slice(0, 60)}`;
}

function saysTheSame(a: Service, b: Service): boolean {
  return isDeepStrictEqual([a.metadata.annotations, a.spec], [b.metadata.annotations, b.spec]);
}

/**
 * Result of the mutating webhook; absent if it refuses or is unreachable: an API server with `failurePolicy:
 * Fail`.
 */
async function mutated(cluster: Cluster, service: Service): Promise<Service | undefined> {
  if (service.metadata.annotations?.["mooring.dev/address"] !== "auto") return service;
  const response = await fetch(`${cluster.options.webhook?.url.replace("/admit/", "/mutate/")}?timeout=10s`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(reviewOf(service, cluster.services.get(serviceKey(service)))),
  });
  if (!response.ok) return undefined;
  const { response: answer } = (await response.json()) as { response: { allowed: boolean; patch?: string } };
  if (!answer.allowed) return undefined;
  const copy = structuredClone(service);
  const patch = JSON.parse(Buffer.from(answer.patch ?? "W10=", "base64").toString()) as Operation[];
  return applyPatch(copy, patch).every((problem) => problem === null) ? copy : undefined;
}

function reviewOf(service: Service, old: Service | undefined): object {
  const { name, namespace } = service.metadata;
  const uid = old?.metadata.uid ?? crypto.randomUUID();
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: crypto.randomUUID(),
      kind: { group: "", version: "v1", kind: "Service" },
      resource: { group: "", version: "v1", resource: "services" },
      name,
      namespace,
      operation: old ? "UPDATE" : "CREATE",
      object: { ...service, metadata: { ...service.metadata, uid } },
      oldObject: old ?? null,
      dryRun: false,
    },
  };
}

/** Deletes a Service; sometimes its controller misses it, and its resources stay behind. */
export async function deleteService(acting: Acting): Promise<string> {
  const { random, truth } = acting;
  const one = random.pick(truth.living());
  if (!one) return "nothing to delete";
  const { namespace, name } = one.service.metadata;
  return alone(acting, one.cluster, one.service, async () => {
    const lose = random.chance(0.3);
    const { allowed, pending, message } = await one.cluster.remove(namespace, name, { lose });
    if (!allowed) return refused(acting, one.service, message);
    return pending === undefined ? "gone" : "pending";
  });
}

/** The controllers retry only what failed: they do not reconcile healthy Services. */
export async function retryPending(acting: Acting): Promise<string> {
  let left = 0;
  for (const cluster of acting.stage.fleet.clusters.values())
    for (const service of cluster.services.values()) left += await retried(acting, cluster, service);
  return `${left} left`;
}

async function retried(acting: Acting, cluster: Cluster, service: Service): Promise<number> {
  const { truth } = acting;
  const { namespace, name, uid = "", deletionTimestamp } = service.metadata;
  if (deletionTimestamp) {
    const said = await alone(acting, cluster, service, async () => {
      const { pending } = await cluster.remove(namespace, name);
      return pending === undefined ? "gone" : "pending";
    });
    return said === "gone" ? 0 : 1;
  }
  if (truth.living().some((one) => one.uid === uid && one.builtAt !== undefined)) return 0;
  const said = await alone(acting, cluster, service, async () => {
    const { resourceVersion: _, ...metadata } = service.metadata;
    const { allowed, pending } = await cluster.apply(structuredClone({ ...service, metadata }));
    truth.built(uid, allowed && pending === undefined);
    return allowed && pending === undefined ? "built" : "pending";
  });
  return said === "built" ? 0 : 1;
}
