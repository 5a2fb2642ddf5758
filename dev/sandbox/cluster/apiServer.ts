/**
 * The API server of a sandbox cluster, for Services: requests pass mutating admission, validation, validating admission, quota and the
 * check for existence in the order in which kube-apiserver has them. So a webhook reviews a CREATE that is then refused with 409 or 403,
 * and never sees an update with a stale resourceVersion, an invalid object or a write to `services/status`.
 * @see https://github.com/kubernetes/apiserver/blob/master/pkg/registry/generic/registry/store.go
 */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { mutate, review, type Admission, type Change, type Webhook } from "./admission.ts";
import * as refuse from "./apiStatus.ts";
import type { Refusal } from "./apiStatus.ts";
import { serviceKey, type Service } from "./service.ts";
import { initialised, kubernetesService, problemOf, replaced, terminating } from "./serviceObject.ts";
import { ServiceStore, type StoreState } from "./serviceStore.ts";

export interface ApiServerOptions {
  webhook?: Webhook;
  mutatingWebhook?: Webhook;
  /** Of an earlier run. */
  state?: StoreState;
  /** A Service was written or deleted. */
  changed?: () => void;
}

export interface Outcome extends Partial<Refusal> {
  readonly code: number;
  readonly warnings: string[];
  /** As stored, or, of a dry run, as it would have been. Absent if refused. */
  readonly object?: Service;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
}

export interface Preconditions extends WriteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Its uid identifies the cluster. */
export const KUBERNETES = "default/kubernetes";

export class ApiServer {
  readonly options: ApiServerOptions;
  readonly store: ServiceStore;
  /** Of the service account that may list and watch Services. */
  readonly token = randomBytes(16).toString("hex");
  /** How many Services of type LoadBalancer a namespace may have. */
  quota: number | undefined;
  /** Another validating webhook refuses every change. */
  otherWebhook: "deny" | undefined;
  /** Reads are answered with this status. */
  failing: 403 | 429 | 500 | 503 | undefined;
  /** How a watch from a compacted revision is refused; both occur. */
  expiredAs: "event" | "status" = "event";
  /** Length of a watch's second. */
  secondMilliseconds = 1000;

  constructor(options: ApiServerOptions = {}) {
    this.options = options;
    this.store = new ServiceStore(options.state ?? { version: 0, services: [] });
    this.#ensureKubernetes();
    this.store.onChange(() => options.changed?.());
  }

  /** What identifies the cluster: the uid of Service `default/kubernetes`. */
  get identity(): string {
    return this.store.get(KUBERNETES)?.metadata.uid ?? "";
  }

  async create(given: Service, { dryRun = false }: WriteOptions = {}): Promise<Outcome> {
    const { uid: _, resourceVersion: __, ...metadata } = given.metadata;
    const sent = { ...given, metadata };
    const mutated = await mutate(this.options.mutatingWebhook, {
      operation: "CREATE",
      object: sent,
      oldObject: undefined,
      dryRun,
    });
    if (!mutated.allowed) return denied(mutated);
    const object = initialised(mutated.object);
    const { name } = object.metadata;
    const problem = problemOf(object, this.#others(object));
    if (problem !== undefined) return refused(refuse.invalid(name, problem));
    const outcome = await this.#admit({ operation: "CREATE", object, oldObject: undefined, dryRun });
    if (outcome.code >= 400) return outcome;
    if (this.store.get(serviceKey(object))) return refused(refuse.alreadyExists(name));
    return { ...outcome, code: 201, object: dryRun ? object : this.store.put(object) };
  }

  /** Replaces the stored object; a `resourceVersion` in it must be the stored one's. */
  async update(given: Service, options: WriteOptions = {}): Promise<Outcome> {
    for (;;) {
      const old = this.store.get(serviceKey(given));
      if (!old) return refused(refuse.notFound(given.metadata.name));
      const outcome = await this.#updateOnce(given, old, options);
      if (outcome !== "changed meanwhile") return outcome;
    }
  }

  async #updateOnce(
    given: Service,
    old: Service,
    { dryRun = false }: WriteOptions,
  ): Promise<Outcome | "changed meanwhile"> {
    const { uid, resourceVersion } = given.metadata;
    const mismatch = mismatched(old, { uid });
    if (mismatch) return refused(mismatch);
    const object = replaced(given, old);
    const change = { operation: "UPDATE", object, oldObject: old, dryRun } as const;
    const mutated = await mutate(this.options.mutatingWebhook, change);
    if (!mutated.allowed) return denied(mutated);
    const stale = mismatched(this.store.get(serviceKey(old)) ?? old, { resourceVersion });
    if (stale) return refused(stale);
    const problem = problemOf(mutated.object, this.#others(object));
    if (problem !== undefined) return refused(refuse.invalid(object.metadata.name, problem));
    const outcome = await this.#admit({ ...change, object: mutated.object });
    if (outcome.code >= 400) return outcome;
    if (this.store.get(serviceKey(old)) !== old) return "changed meanwhile";
    return { ...outcome, object: dryRun ? mutated.object : this.#write(mutated.object, old) };
  }

  /** With finalizers it is only marked as terminating; the last finalizer that is removed deletes it. */
  async delete(key: string, { dryRun = false, ...asked }: Preconditions = {}): Promise<Outcome> {
    for (;;) {
      const old = this.store.get(key);
      if (!old) return refused(refuse.notFound(key.split("/")[1] ?? ""));
      const mismatch = mismatched(old, asked);
      if (mismatch) return refused(mismatch);
      const outcome = await this.#admit({ operation: "DELETE", object: undefined, oldObject: old, dryRun });
      if (outcome.code >= 400) return outcome;
      if (this.store.get(key) !== old) continue;
      return { ...outcome, object: dryRun ? old : this.#write(terminating(old), old) };
    }
  }

  /** As the namespace controller does: item by item, each with its own review, up to the first refusal. */
  async deleteCollection(namespace: string): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const service of this.store.at(this.store.version)) {
      if (service.metadata.namespace !== namespace) continue;
      const outcome = await this.delete(serviceKey(service));
      if (outcome.code !== 404) outcomes.push(outcome);
      if (outcome.code >= 400 && outcome.code !== 404) break;
    }
    return outcomes;
  }

  /** A write to `services/status`, as the cloud controller manager sends it: status and finalizers, reviewed by no webhook. */
  patchStatus(key: string, patch: { status?: Service["status"]; finalizers?: string[] }): Outcome {
    const old = this.store.get(key);
    if (!old) return refused(refuse.notFound(key.split("/")[1] ?? ""));
    const { status = old.status, finalizers = old.metadata.finalizers } = patch;
    const metadata = { ...old.metadata, ...(finalizers && { finalizers }) };
    return {
      code: 200,
      warnings: [],
      object: this.#write({ ...old, metadata, ...(status && { status }) }, old),
    };
  }

  compact(): void {
    this.store.compact();
  }

  /** Another cluster under the same address: the same Services with other uids, and revisions from the beginning. */
  rebuild(): void {
    const { services } = this.store.state();
    this.store.reset({ version: 0, services: [] });
    this.#ensureKubernetes();
    for (const service of services)
      if (serviceKey(service) !== KUBERNETES && !service.metadata.deletionTimestamp)
        this.store.put(initialised({ ...service, metadata: { ...service.metadata, finalizers: [] } }));
  }

  /** Validating webhooks, which are all called, then the quota. */
  async #admit(change: Change): Promise<Outcome> {
    const admission = await review(this.options.webhook, change);
    const { warnings } = admission;
    if (!admission.allowed) return denied(admission);
    if (this.otherWebhook === "deny") return { ...refuse.deniedByOther(), warnings };
    const over = this.#overQuota(change);
    return over ? { ...over, warnings } : { code: 200, warnings };
  }

  #overQuota({ object, oldObject }: Change): Refusal | undefined {
    if (this.quota === undefined || object?.spec.type !== "LoadBalancer") return undefined;
    if (oldObject?.spec.type === "LoadBalancer") return undefined;
    const { name, namespace } = object.metadata;
    const used = this.store
      .state()
      .services.filter(
        ({ metadata, spec }) => metadata.namespace === namespace && spec.type === "LoadBalancer",
      );
    if (used.length < this.quota) return undefined;
    return refuse.overQuota(name, { used: used.length, hard: this.quota });
  }

  /** A write that changes nothing makes no revision. */
  #write(object: Service, old: Service): Service {
    if (object.metadata.deletionTimestamp && !object.metadata.finalizers?.length) return this.#remove(object);
    return isDeepStrictEqual(object, old) ? old : this.store.put(object);
  }

  #remove(service: Service): Service {
    const removed = this.store.remove(service);
    // kube-apiserver creates its own Service again, with another uid.
    this.#ensureKubernetes();
    return removed;
  }

  #ensureKubernetes(): void {
    if (!this.store.get(KUBERNETES)) this.store.put(initialised(kubernetesService()));
  }

  #others(service: Service): Service[] {
    return this.store.state().services.filter((one) => serviceKey(one) !== serviceKey(service));
  }
}

function denied({ code = 403, message = "", warnings }: Admission): Outcome {
  return { code, reason: code === 403 ? "Forbidden" : "InternalError", message, warnings };
}

function refused(refusal: Refusal): Outcome {
  return { ...refusal, warnings: [] };
}

function mismatched(
  { metadata: { name, uid = "", resourceVersion } }: Service,
  asked: { uid?: string | undefined; resourceVersion?: string | undefined },
): Refusal | undefined {
  if (asked.uid !== undefined && asked.uid !== uid)
    return refuse.otherUid(name, { asked: asked.uid, actual: uid });
  if (asked.resourceVersion !== undefined && asked.resourceVersion !== resourceVersion)
    return refuse.staleVersion(name);
  return undefined;
}
