/** A value per key that may be a few seconds old; failures are not kept. Address rows never come from here. */
export interface Cache<T> {
  get(key: string, load: () => Promise<T>): Promise<T>;
}

export function createCache<T>(seconds: number, now: () => Date): Cache<T> {
  const entries = new Map<string, { value: Promise<T>; untilMs: number }>();
  return {
    get(key, load) {
      const known = entries.get(key);
      if (known && known.untilMs > now().getTime()) return known.value;
      const value = load();
      entries.set(key, { value, untilMs: now().getTime() + seconds * 1000 });
      value.catch(() => entries.delete(key));
      return value;
    },
  };
}
