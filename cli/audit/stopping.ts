/** Ctrl-C once asks for an orderly end, twice ends at once. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const STOPPED = 130;

export interface Stopping {
  readonly signal: AbortSignal;
  /** No longer listens. */
  end(): void;
}

export function untilStopped(): Stopping {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(STOPPED);
    // In a terminal the progress says it.
    if (!process.stderr.isTTY) console.error("Stopping; once more to end at once.");
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return {
    signal: controller.signal,
    end() {
      for (const signal of SIGNALS) process.off(signal, stop);
    },
  };
}
