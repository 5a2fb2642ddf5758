/**
 * Limits per key in one process: concurrent work, and units per second (starts or bytes) after a burst. Excess work is refused at once,
 * so that it occupies neither memory nor the event loop. Each process has its own limits, because they protect the process.
 */
export interface Limit {
  readonly atOnce: number;
  readonly perSecond: number;
  /** How many units may start at once after a pause. */
  readonly burst: number;
}

export type Limited<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly retryAfterSeconds: number };

export interface Limiter {
  /**
   * @param key from a bounded set, such as registered clusters
   * @param units of the work; more than a burst count as a burst, and 1 if absent
   * @throws what `work` throws
   */
  run<T>(key: string, work: () => Promise<T>, units?: number): Promise<Limited<T>>;
  /** Keys with current or recent work. */
  size(): number;
}

interface Use {
  running: number;
  /** Units that were available at `atMs`. */
  tokens: number;
  atMs: number;
}

/** Expected time until running work ends. */
const BUSY_SECONDS = 1;

/** @param nowMs a monotonic clock */
export function createLimiter(limit: Limit, nowMs: () => number): Limiter {
  const uses = new Map<string, Use>();
  return {
    size: () => uses.size,
    async run(key, work, units = 1) {
      const cost = Math.min(units, limit.burst);
      const use = refilled(uses.get(key), limit, nowMs());
      forgetIdle(uses, limit, nowMs());
      uses.set(key, use);
      if (use.running >= limit.atOnce) return { ok: false, retryAfterSeconds: BUSY_SECONDS };
      if (use.tokens < cost) return { ok: false, retryAfterSeconds: secondsUntil(cost, use, limit) };
      use.tokens -= cost;
      use.running += 1;
      try {
        return { ok: true, value: await work() };
      } finally {
        use.running -= 1;
      }
    },
  };
}

/** Returns the same object while work runs, because its end decrements the counter. */
function refilled(
  use: Use = { running: 0, tokens: Number.POSITIVE_INFINITY, atMs: 0 },
  { perSecond, burst }: Limit,
  nowMs: number,
): Use {
  use.tokens = Math.min(burst, use.tokens + ((nowMs - use.atMs) / 1000) * perSecond);
  use.atMs = nowMs;
  return use;
}

function secondsUntil(cost: number, { tokens }: Use, { perSecond }: Limit): number {
  return Math.max(1, Math.ceil((cost - tokens) / perSecond));
}

/** Removes idle keys whose burst is available again: they equal new ones. The least recently used come first. */
function forgetIdle(uses: Map<string, Use>, limit: Limit, nowMs: number): void {
  for (const [key, use] of uses)
    if (use.running === 0 && refilled(use, limit, nowMs).tokens >= limit.burst) uses.delete(key);
}
