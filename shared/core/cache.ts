/** Caches a value per key for a few seconds. Failures are not cached, and address rows must never be. */
export interface Cache<T> {
  get(key: string, load: () => Promise<T>): Promise<T>;
}

/** More keys than are in use within seconds. Names that callers invent must not fill the memory. */
const MOST = 5000;

interface Entry<T> {
  readonly value: Promise<T>;
  readonly untilMs: number;
}

export function createCache<T>(seconds: number, now: () => Date): Cache<T> {
  const entries = new Map<string, Entry<T>>();
  return {
    get(key, load) {
      const known = entries.get(key);
      if (known && known.untilMs > now().getTime()) return known.value;
      const value = load();
      entries.delete(key);
      makeRoom(entries);
      entries.set(key, { value, untilMs: now().getTime() + seconds * 1000 });
      value.catch(() => {
        if (entries.get(key)?.value === value) entries.delete(key);
      });
      return value;
    },
  };
}

/** Removes the oldest entries: a key that is read again is added at the end. */
function makeRoom(entries: Map<string, unknown>): void {
  for (const key of entries.keys()) {
    if (entries.size < MOST) return;
    entries.delete(key);
  }
}
