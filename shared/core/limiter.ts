/**
 * How much of one process each key may use: so many at the same time, and after a burst so many per second. What is too much is refused at
 * once, so that it occupies neither memory nor the event loop. Each process counts for itself: the limit protects the process.
 */
export interface Limit {
  readonly atOnce: number;
  readonly perSecond: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

export type Limited<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly retryAfterSeconds: number };

export interface Limiter {
  /** @param key from a bounded set, such as registered clusters @throws what `work` throws */
  run<T>(key: string, work: () => Promise<T>): Promise<Limited<T>>;
  /** Keys that use something, or did lately. */
  size(): number;
}

interface Use {
  running: number;
  /** What may start at `atMs`. */
  tokens: number;
  atMs: number;
}

/** How soon something that runs now is expected to end. */
const BUSY_SECONDS = 1;

/** @param nowMs a clock that never goes back */
export function createLimiter(limit: Limit, nowMs: () => number): Limiter {
  const uses = new Map<string, Use>();
  return {
    size: () => uses.size,
    async run(key, work) {
      const use = refilled(uses.get(key), limit, nowMs());
      forgetIdle(uses, limit, nowMs());
      uses.set(key, use);
      if (use.running >= limit.atOnce) return { ok: false, retryAfterSeconds: BUSY_SECONDS };
      if (use.tokens < 1) return { ok: false, retryAfterSeconds: secondsUntilOne(use, limit) };
      use.tokens -= 1;
      use.running += 1;
      try {
        return { ok: true, value: await work() };
      } finally {
        use.running -= 1;
      }
    },
  };
}

/** The same object while something runs: what ends counts it down. */
function refilled(
  use: Use = { running: 0, tokens: Number.POSITIVE_INFINITY, atMs: 0 },
  { perSecond, burst }: Limit,
  nowMs: number,
): Use {
  use.tokens = Math.min(burst, use.tokens + ((nowMs - use.atMs) / 1000) * perSecond);
  use.atMs = nowMs;
  return use;
}

function secondsUntilOne({ tokens }: Use, { perSecond }: Limit): number {
  return Math.max(1, Math.ceil((1 - tokens) / perSecond));
}

/** One that runs nothing and could start a burst is as one that never came. The least recently used come first. */
function forgetIdle(uses: Map<string, Use>, limit: Limit, nowMs: number): void {
  for (const [key, use] of uses)
    if (use.running === 0 && refilled(use, limit, nowMs).tokens >= limit.burst) uses.delete(key);
}
