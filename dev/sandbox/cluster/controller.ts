/**
 * The cloud controller manager of a sandbox cluster: builds in ARM what Services of type LoadBalancer declare, and deletes it when they
 * are terminating or of another type. It writes only `services/status`, which no webhook reviews.
 */
import type { ApiServer } from "./apiServer.ts";
import type { ArmClient } from "./armClient.ts";
import { ensureFrontend, findUnused, removeFrontend, type Place } from "./loadBalancer.ts";
import { ensurePls, removePls } from "./privateLinkService.ts";
import { FINALIZER, isInternal, isLoadBalancer, serviceKey, wantsPls, type Service } from "./service.ts";

export interface ControllerOptions {
  readonly apiServer: ApiServer;
  readonly arm: ArmClient;
  readonly place: Place;
}

const DOWN = "the controller is down";

export class Controller {
  /** It does nothing. */
  down = false;
  /** As older versions: a name that another frontend's Private Link Service has makes it this Service's. Newer ones fail. */
  takesOverNames = false;
  readonly #options: ControllerOptions;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Gives why the Service stays pending, if it does. @param old as the controller built it, if that differs */
  sync(key: string, old?: Service): Promise<string | undefined> {
    return this.#serially(async () => {
      const service = this.#options.apiServer.store.get(key);
      if (!service || !concerns(service)) return undefined;
      if (this.down) return DOWN;
      return needsCleanup(service) ? this.#cleanUp(service, old) : this.#ensure(service, old);
    });
  }

  /** One change at a time, as with the controller's work queue. */
  #serially<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#work.then(work, work);
    this.#work = next.catch(() => undefined);
    return next;
  }

  async #ensure(service: Service, old: Service | undefined): Promise<string | undefined> {
    const { apiServer, arm, place } = this.#options;
    const key = serviceKey(service);
    try {
      apiServer.patchStatus(key, { finalizers: [...othersFinalizers(service), FINALIZER] });
      if (isLoadBalancer(old) && isInternal(old) !== isInternal(service)) await this.#tearDown(old);
      const frontend = await ensureFrontend(arm, place, service);
      const address = frontend["properties"].privateIPAddress as string | undefined;
      apiServer.patchStatus(key, { status: { loadBalancer: address ? { ingress: [{ ip: address }] } : {} } });
      if (wantsPls(service))
        await ensurePls(arm, place, { service, frontend, takesOverNames: this.takesOverNames });
      return undefined;
    } catch (error) {
      return `Error syncing load balancer: failed to ensure load balancer: ${messageOf(error)}`;
    }
  }

  async #cleanUp(service: Service, old: Service | undefined): Promise<string | undefined> {
    try {
      await this.#tearDown(isLoadBalancer(old) ? old : service);
      this.#options.apiServer.patchStatus(serviceKey(service), {
        finalizers: othersFinalizers(service),
        status: { loadBalancer: {} },
      });
      return undefined;
    } catch (error) {
      return `Error deleting load balancer: ${messageOf(error)}`;
    }
  }

  async #tearDown(service: Service): Promise<void> {
    const { arm, place } = this.#options;
    const internal = isInternal(service);
    const unused = await findUnused(arm, place, { service, internal });
    if (unused) await removePls(arm, place, { frontendId: unused, service });
    await removeFrontend(arm, place, { service, internal, unused });
  }
}

function concerns(service: Service): boolean {
  const { metadata } = service;
  return isLoadBalancer(service) || metadata.finalizers?.includes(FINALIZER) === true;
}

function needsCleanup(service: Service): boolean {
  return service.metadata.deletionTimestamp !== undefined || !isLoadBalancer(service);
}

function othersFinalizers({ metadata }: Service): string[] {
  return (metadata.finalizers ?? []).filter((one) => one !== FINALIZER);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
