/**
 * What Azure was asked a moment ago: pages that poll would otherwise eat the limits of Azure Resource Manager. Whatever writes, and
 * whatever plans a write, reads afresh.
 */
import { createCache, type Cache } from "../shared/core/cache.ts";
import type { Ports, Run } from "../shared/ports/ports.ts";

const SECONDS = 10;

/** More things than this are not asked about within ten seconds by people. */
const MOST = 500;

interface Recent {
  readonly cache: Cache<unknown>;
  readonly asked: Set<string>;
}

const recents = new WeakMap<Ports, Recent>();

/** What `load` gave at most ten seconds ago. */
export function recently<T>(run: Run, what: string, load: () => Promise<T>): Promise<T> {
  const { cache, asked } = recentOf(run);
  asked.add(what);
  return cache.get(what, load) as Promise<T>;
}

function recentOf(run: Run): Recent {
  const known = recents.get(run.ports);
  if (known && known.asked.size < MOST) return known;
  const made = { cache: createCache<unknown>(SECONDS, run.now), asked: new Set<string>() };
  recents.set(run.ports, made);
  return made;
}

/** After a write nobody shall see what was before it. */
export function forget({ ports }: Run): void {
  recents.delete(ports);
}
