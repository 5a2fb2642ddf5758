/** One timer for all relative times on the page. */
import { useEffect, useState } from "preact/hooks";

const TICK_MILLISECONDS = 10_000;
const listeners = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since 1970, updated every ten seconds. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    listeners.add(setNow);
    timer ??= setInterval(tick, TICK_MILLISECONDS);
    return () => void listeners.delete(setNow);
  }, []);
  return now;
}

function tick(): void {
  for (const listener of listeners) listener(Date.now());
}
