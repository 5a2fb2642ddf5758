/** Refreshes data from the API while the page is visible. */
import { ApiProblem, onChanged } from "./http.ts";

export interface Watch {
  refresh: () => void;
  stop: () => void;
}

export interface WatchOptions<T> {
  /** Reads the data; undefined means unchanged. */
  readonly load: (signal: AbortSignal) => Promise<T | undefined>;
  /** Evaluated after each read. */
  readonly everySeconds: () => number;
  readonly onData: (data: T | undefined) => void;
  readonly onProblem: (problem: ApiProblem) => void;
}

/**
 * Reads immediately, then at the interval, after changes by this page, and when the page becomes visible
 * again.
 */
export function watch<T>({ load, everySeconds, onData, onProblem }: WatchOptions<T>): Watch {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  let again = false;

  const read = async () => {
    if (isReading) return void (again = true);
    isReading = true;
    clearTimeout(timer);
    try {
      const data = await load(ending.signal);
      if (!ending.signal.aborted) onData(data);
    } catch (error) {
      if (!ending.signal.aborted) onProblem(toProblem(error));
    }
    isReading = false;
    if (!ending.signal.aborted) schedule();
  };
  const schedule = () => {
    const wait = again ? 0 : everySeconds() * 1000;
    again = false;
    if (document.visibilityState === "visible") timer = setTimeout(() => void read(), wait);
  };
  const refresh = () => void read();
  const onVisible = () => {
    if (document.visibilityState === "visible") refresh();
  };
  const forget = onChanged(refresh);
  document.addEventListener("visibilitychange", onVisible);
  refresh();
  return {
    refresh,
    stop() {
      ending.abort();
      clearTimeout(timer);
      forget();
      document.removeEventListener("visibilitychange", onVisible);
    },
  };
}

function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(0, "The response could not be read", [
    error instanceof Error ? error.message : String(error),
  ]);
}
