/**
 * A cluster of the sandbox: an API server that calls the admission webhook, a cloud controller manager that works on ARM, and the sender
 * that reports Services to Mooring. Contains nothing of the product but the URLs that it is given.
 */
import { randomUUID } from "node:crypto";
import type { Admission, Webhook } from "./admission.ts";
import { ApiServer, KUBERNETES, type Outcome, type WriteOptions } from "./apiServer.ts";
import { ArmClient, type ArmFetch } from "./armClient.ts";
import { Controller } from "./controller.ts";
import type { Place } from "./loadBalancer.ts";
import { Sender, type Answer } from "./sender.ts";
import { serviceKey, type Service } from "./service.ts";
import type { StoreState } from "./serviceStore.ts";

export interface ClusterOptions extends Place {
  name: string;
  resourceId: string;
  arm: ArmFetch;
  /** Object id of the identity with which its controller calls ARM; absent: an unregistered one. */
  principalId?: string;
  /** What its API server stored in an earlier run. */
  state?: StoreState;
  webhook?: Webhook;
  mutatingWebhook?: Webhook;
  declarationsUrl?: string;
  /** Something to be kept has changed. */
  changed?: () => void;
}

export interface Applied extends Admission {
  /** Why the Service is still pending. */
  pending?: string;
}

export class Cluster {
  readonly options: ClusterOptions;
  readonly apiServer: ApiServer;
  readonly #controller: Controller;
  readonly #sender: Sender | undefined;

  constructor(options: ClusterOptions) {
    const { arm, principalId = randomUUID(), webhook, mutatingWebhook, state, declarationsUrl } = options;
    this.options = options;
    this.apiServer = new ApiServer({
      ...(webhook && { webhook }),
      ...(mutatingWebhook && { mutatingWebhook }),
      ...(state && { state }),
      changed: () => options.changed?.(),
    });
    const identity = {
      objectId: principalId,
      applicationId: randomUUID(),
      name: `${options.name}-controller`,
    };
    this.#controller = new Controller({
      apiServer: this.apiServer,
      arm: new ArmClient(arm, identity),
      place: options,
    });
    if (declarationsUrl !== undefined) this.#sender = new Sender(declarationsUrl, this.apiServer);
  }

  /** The controller does nothing. */
  get down(): boolean {
    return this.#controller.down;
  }

  set down(isDown: boolean) {
    this.#controller.down = isDown;
  }

  /** Its controller is an older version, which takes over Private Link Services by their names. */
  set takesOverNames(does: boolean) {
    this.#controller.takesOverNames = does;
  }

  get sender(): Sender {
    if (!this.#sender) throw new Error(`cluster ${this.options.name} has no declarations URL`);
    return this.#sender;
  }

  /** What its users created, by namespace and name: every Service but the cluster's own. */
  get services(): ReadonlyMap<string, Service> {
    const services = this.apiServer.store.state().services.map((one) => [serviceKey(one), one] as const);
    return new Map(services.filter(([key]) => key !== KUBERNETES));
  }

  /** As `kubectl apply`: reads first, updates what exists; then the controller builds. */
  async apply(given: Service, options: WriteOptions = {}): Promise<Applied> {
    const old = this.apiServer.store.get(serviceKey(given));
    if (!old) return this.create(given, options);
    const { finalizers } = old.metadata;
    const merged = { ...given, metadata: { ...given.metadata, ...(finalizers && { finalizers }) } };
    const outcome = await this.apiServer.update(merged, options);
    return this.#built(outcome, { ...options, old });
  }

  /** As `kubectl create`: sent as a CREATE even if the name exists, which the API server refuses after admission. */
  async create(given: Service, options: WriteOptions = {}): Promise<Applied> {
    return this.#built(await this.apiServer.create(given, options), options);
  }

  async #built(outcome: Outcome, { dryRun, old }: WriteOptions & { old?: Service }): Promise<Applied> {
    const applied = toApplied(outcome);
    if (!outcome.object || dryRun) return applied;
    const pending = await this.#controller.sync(serviceKey(outcome.object), old);
    return { ...applied, ...(pending && { pending }) };
  }

  /** As `kubectl delete`. With `lose`, the finalizer is stripped and the controller never learns of it. */
  async remove(namespace: string, name: string, { lose = false } = {}): Promise<Applied> {
    const key = `${namespace}/${name}`;
    const outcome = await this.apiServer.delete(key);
    const applied = toApplied(outcome);
    if (!outcome.object) return applied;
    if (lose) this.apiServer.patchStatus(key, { finalizers: [] });
    const pending = await this.#controller.sync(key);
    return { ...applied, ...(pending && { pending }) };
  }

  /** As the namespace controller: every Service of the namespace; gives what each delete came to. */
  async removeAll(namespace: string): Promise<Applied[]> {
    const outcomes = await this.apiServer.deleteCollection(namespace);
    await this.resync();
    return outcomes.map(toApplied);
  }

  /** The controller examines every Service again; gives what is still pending, by Service. */
  async resync(): Promise<Record<string, string>> {
    const pending: Record<string, string> = {};
    for (const [key, service] of this.services) {
      const reason = await this.#controller.sync(key, service);
      if (reason) pending[key] = reason;
    }
    return pending;
  }

  /** Reports to Mooring until it has confirmed a state that is not older than this call; gives its last answer. */
  confirm(): Promise<Answer> {
    return this.sender.confirm();
  }
}

function toApplied({ object, code, message, warnings }: Outcome): Applied {
  if (object) return { allowed: true, warnings };
  return { allowed: false, code, ...(message && { message }), warnings };
}
