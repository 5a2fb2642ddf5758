/**
 * A cluster of the sandbox: keeps Services, asks the admission webhook as an API server does, and acts as the cloud controller
 * manager on ARM. Can be down, or lose a deletion. Knows nothing of the product but the URLs it is given.
 */
import { randomUUID } from "node:crypto";
import { review, type Admission, type Webhook } from "./admission.ts";
import { ArmClient, type ArmFetch } from "./armClient.ts";
import { ensureFrontend, findUnused, removeFrontend, type Place } from "./loadBalancer.ts";
import { ensureLink, removeLink } from "./privateLink.ts";
import { FINALIZER, isInternal, serviceKey, wantsLink, type Service } from "./service.ts";

export interface ClusterOptions extends Place {
  name: string;
  resourceId: string;
  arm: ArmFetch;
  /** Object id of the identity with which its controller asks ARM; absent: one that nobody knows. */
  principalId?: string;
  services?: Service[];
  webhook?: Webhook;
  snapshotUrl?: string;
  /** Something to be kept has changed. */
  changed?: () => void;
}

export interface Applied extends Admission {
  /** Why the Service is still pending. */
  pending?: string;
}

export class Cluster {
  readonly options: ClusterOptions;
  readonly services = new Map<string, Service>();
  /** The controller does nothing. */
  down = false;
  readonly #arm: ArmClient;
  #work: Promise<unknown> = Promise.resolve();
  #version = 1;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.#arm = new ArmClient(options.arm, {
      objectId: options.principalId ?? randomUUID(),
      applicationId: randomUUID(),
      name: `${options.name}-controller`,
    });
    for (const service of options.services ?? []) this.services.set(serviceKey(service), service);
  }

  /** As `kubectl apply`: admitted first, then built. */
  async apply(given: Service, { dryRun = false } = {}): Promise<Applied> {
    const old = this.services.get(serviceKey(given));
    const service = this.#accepted(given, old);
    const admission = await review(this.options.webhook, {
      operation: old ? "UPDATE" : "CREATE",
      object: service,
      oldObject: old,
      dryRun,
    });
    if (!admission.allowed || dryRun) return admission;
    this.services.set(serviceKey(service), service);
    this.options.changed?.();
    const pending = await this.#serially(() => this.#reconcile(service, old));
    return { ...admission, ...(pending && { pending }) };
  }

  /** As `kubectl delete`. With `lose`, the finalizer is stripped and the controller never hears of it. */
  async remove(namespace: string, name: string, { lose = false } = {}): Promise<Applied> {
    const old = this.services.get(`${namespace}/${name}`);
    if (!old) return { allowed: false, message: `services "${name}" not found`, warnings: [] };
    const admission = await review(this.options.webhook, {
      operation: "DELETE",
      object: undefined,
      oldObject: old,
      dryRun: false,
    });
    if (!admission.allowed) return admission;
    if (!lose) old.metadata.deletionTimestamp = new Date().toISOString();
    if (lose) this.services.delete(serviceKey(old));
    const pending = lose ? undefined : await this.#serially(() => this.#finalize(old));
    this.options.changed?.();
    return { ...admission, ...(pending && { pending }) };
  }

  /** The controller looks at every Service again; gives what is still pending, by Service. */
  async resync(): Promise<Record<string, string>> {
    const pending: Record<string, string> = {};
    for (const [key, service] of this.services) {
      const why = await this.#serially(() =>
        service.metadata.deletionTimestamp ? this.#finalize(service) : this.#reconcile(service, service),
      );
      if (why) pending[key] = why;
    }
    return pending;
  }

  /** Sends the complete list, as `kubectl get services -A -o json` prints it. Gives the answer. */
  async snapshot(): Promise<{ status: number; body: unknown }> {
    if (!this.options.snapshotUrl) throw new Error(`cluster ${this.options.name} has no snapshot URL`);
    const list = {
      apiVersion: "v1",
      kind: "List",
      metadata: { resourceVersion: "" },
      items: [...this.services.values()],
    };
    const response = await fetch(this.options.snapshotUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(list),
    });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  }

  #accepted(given: Service, old: Service | undefined): Service {
    const {
      uid = randomUUID(),
      creationTimestamp = new Date().toISOString(),
      finalizers,
    } = old?.metadata ?? {};
    const isBalancer = given.spec.type === "LoadBalancer";
    return {
      ...structuredClone(given),
      metadata: {
        ...structuredClone(given.metadata),
        uid,
        creationTimestamp,
        resourceVersion: String((this.#version += 1)),
        ...((isBalancer || finalizers) && { finalizers: [FINALIZER] }),
      },
      status: old?.status ?? { loadBalancer: {} },
    };
  }

  /** One change at a time, as the controller's work queue has it. */
  #serially<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#work.then(work, work);
    this.#work = next.catch(() => undefined);
    return next;
  }

  /** Gives why the Service stays pending, if it does. */
  async #reconcile(service: Service, old: Service | undefined): Promise<string | undefined> {
    if (this.down) return "the controller is down";
    try {
      if (
        old?.spec.type === "LoadBalancer" &&
        (service.spec.type !== "LoadBalancer" || isInternal(old) !== isInternal(service))
      )
        await this.#tearDown(old);
      if (service.spec.type !== "LoadBalancer") return undefined;
      const frontend = await ensureFrontend(this.#arm, this.options, service);
      const address = frontend["properties"].privateIPAddress as string | undefined;
      service.status = { loadBalancer: address ? { ingress: [{ ip: address }] } : {} };
      if (wantsLink(service)) await ensureLink(this.#arm, this.options, { service, frontend });
      this.options.changed?.();
      return undefined;
    } catch (error) {
      return `Error syncing load balancer: failed to ensure load balancer: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #finalize(service: Service): Promise<string | undefined> {
    if (this.down) return "the controller is down";
    try {
      if (service.spec.type === "LoadBalancer") await this.#tearDown(service);
      this.services.delete(serviceKey(service));
      this.options.changed?.();
      return undefined;
    } catch (error) {
      return `Error deleting load balancer: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #tearDown(service: Service): Promise<void> {
    const internal = isInternal(service);
    const unused = await findUnused(this.#arm, this.options, { service, internal });
    if (unused) await removeLink(this.#arm, this.options, { frontendId: unused, service });
    await removeFrontend(this.#arm, this.options, { service, internal, unused });
  }
}
