/**
 * What Azure was asked a moment ago: pages that poll would otherwise eat the limits of Azure Resource Manager. Whatever writes, and
 * whatever plans a write, reads afresh.
 */
import { createCache, type Cache } from "../shared/gate/cache.ts";
import type { Ports, Run } from "../shared/ports.ts";

const SECONDS = 10;

const caches = new WeakMap<Ports, Cache<unknown>>();

/** What `load` gave at most ten seconds ago. */
export function recently<T>(run: Run, what: string, load: () => Promise<T>): Promise<T> {
  const cache = caches.get(run.ports) ?? createCache<unknown>(SECONDS, run.now);
  caches.set(run.ports, cache);
  return cache.get(what, load) as Promise<T>;
}

/** After a write nobody shall see what was before it. */
export function forget({ ports }: Run): void {
  caches.delete(ports);
}
