/**
 * Caches recent reads from Azure: polling pages would otherwise use up the limits of Azure Resource
 * Manager. Writes and plans of writes do not use it.
 */
import { createCache, type Cache } from "../shared/core/cache.ts";
import type { Ports, Run } from "../shared/ports/ports.ts";

const SECONDS = 10;

/** Limit of cached reads within ten seconds. */
const MOST = 500;

interface Recent {
  readonly cache: Cache<unknown>;
  readonly keys: Set<string>;
}

const recents = new WeakMap<Ports, Recent>();

/** The result of `load`, at most ten seconds old. */
export function recently<T>(run: Run, what: string, load: () => Promise<T>): Promise<T> {
  const { cache, keys } = recentOf(run);
  keys.add(what);
  return cache.get(what, load) as Promise<T>;
}

function recentOf(run: Run): Recent {
  const recent = recents.get(run.ports);
  if (recent && recent.keys.size < MOST) return recent;
  const made = { cache: createCache<unknown>(SECONDS, run.now), keys: new Set<string>() };
  recents.set(run.ports, made);
  return made;
}

/** A read after a write must not return older data. */
export function forget({ ports }: Run): void {
  recents.delete(ports);
}
