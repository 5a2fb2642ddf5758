/** The first Ctrl-C stops in an orderly way, the second one exits immediately. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const STOPPED = 130;

export interface Stopping {
  readonly signal: AbortSignal;
  /** Removes the signal handlers. */
  end(): void;
}

export function untilStopped(): Stopping {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(STOPPED);
    // In a terminal the progress line shows it.
    if (!process.stderr.isTTY) console.error("Stopping; press Ctrl-C again to exit immediately.");
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
