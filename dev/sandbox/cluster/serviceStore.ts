/**
 * What etcd and the watch cache do for an API server: Services under one revision that only grows, the complete state at an earlier
 * revision, and the changes after one, as long as they are not compacted.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
import { serviceKey, type Service } from "./service.ts";

export interface ServiceChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly version: number;
  readonly key: string;
  /** As it is after the change; a deleted object is shown as it was, under the revision of its deletion. */
  readonly object: Service;
  readonly previous: Service | undefined;
}

export interface StoreState {
  readonly version: number;
  readonly services: readonly Service[];
}

/** As with a watch cache, only the newest changes are kept. */
const MOST_CHANGES = 20_000;

/** The revision is no longer kept. */
export class Compacted extends Error {}

/** Objects in it are never changed: a write replaces the object. */
export class ServiceStore {
  readonly #items = new Map<string, Service>();
  readonly #log: ServiceChange[] = [];
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #compacted = 0;
  /** The last state that was read page by page, so that a page costs no sort. */
  #sorted: { version: number; services: readonly Service[] } | undefined;

  constructor(state: StoreState) {
    this.reset(state);
  }

  get version(): number {
    return this.#version;
  }

  get compactedVersion(): number {
    return this.#compacted;
  }

  get(key: string): Service | undefined {
    return this.#items.get(key);
  }

  put(service: Service): Service {
    const previous = this.#items.get(serviceKey(service));
    const object = this.#stamped(service);
    this.#items.set(serviceKey(object), object);
    this.#append({ type: previous ? "MODIFIED" : "ADDED", object, previous });
    return object;
  }

  remove(service: Service): Service {
    const previous = this.#items.get(serviceKey(service));
    const object = this.#stamped(service);
    this.#items.delete(serviceKey(object));
    this.#append({ type: "DELETED", object, previous });
    return object;
  }

  /** Forgets the changes up to now: an older revision can be neither listed nor watched from. */
  compact(): void {
    this.#log.length = 0;
    this.#compacted = this.#version;
    this.#notify();
  }

  /** Another state takes the place of this one, as after a rebuild or a restore from a backup. */
  reset({ version, services }: StoreState): void {
    this.#items.clear();
    for (const service of services) this.#items.set(serviceKey(service), structuredClone(service));
    this.#version = version;
    this.#sorted = undefined;
    this.compact();
  }

  /** Every Service at that revision, in the order of keys. @throws Compacted */
  at(version: number): readonly Service[] {
    if (version < this.#compacted) throw new Compacted();
    if (this.#sorted?.version === version) return this.#sorted.services;
    const items = new Map(this.#items);
    for (const change of this.#log.toReversed()) {
      if (change.version <= version) break;
      if (change.previous) items.set(change.key, change.previous);
      else items.delete(change.key);
    }
    const services = [...items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, service]) => service);
    this.#sorted = { version, services };
    return services;
  }

  /** Changes after that revision, oldest first. @throws Compacted */
  since(version: number): readonly ServiceChange[] {
    if (version < this.#compacted) throw new Compacted();
    return this.#log.slice(this.#log.findLastIndex((change) => change.version <= version) + 1);
  }

  /** Gives what ends the subscription. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  state(): StoreState {
    return { version: this.#version, services: [...this.#items.values()] };
  }

  #stamped(service: Service): Service {
    this.#version += 1;
    const copy = structuredClone(service);
    return { ...copy, metadata: { ...copy.metadata, resourceVersion: String(this.#version) } };
  }

  #append(change: Pick<ServiceChange, "type" | "object" | "previous">): void {
    this.#log.push({ ...change, key: serviceKey(change.object), version: this.#version });
    if (this.#log.length > MOST_CHANGES)
      this.#compacted = this.#log.splice(0, MOST_CHANGES / 2).at(-1)?.version ?? this.#compacted;
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
