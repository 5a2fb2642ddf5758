/** What the API says at a path, kept fresh while the page is visible; an unchanged answer costs a 304. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Page } from "../../api/model.ts";
import { getIfChanged, type Answer, type ApiProblem } from "./http.ts";
import { watch, type Watch } from "./watch.ts";

const EVERY_SECONDS = 5;
const PAGE_LIMIT = "1000";

export interface ResourceState<T> {
  /** The last good answer; kept while it is read again and when that fails. */
  readonly data?: T;
  readonly problem?: ApiProblem;
  /** True until the first answer or problem. */
  readonly isLoading: boolean;
  refresh: () => void;
}

export interface ResourceOptions {
  readonly everySeconds?: number;
}

/** Without a path it waits for one. */
export function useResource<T>(path: string | undefined, options: ResourceOptions = {}): ResourceState<T> {
  return useWatched<T>(path, loadOne, options);
}

/** Every page of a list, in order. The API is asked for the largest pages that it gives. */
export function useList<T>(
  path: string | undefined,
  options: ResourceOptions = {},
): ResourceState<readonly T[]> {
  const whole = path === undefined ? undefined : withParameter(path, "limit", PAGE_LIMIT);
  return useWatched<readonly T[]>(whole, loadPages, options);
}

/** The same of a list that comes with more than its items: what its first page says, with the items of all. */
export function useWholeList<P extends Page<unknown>>(path: string): ResourceState<P> {
  return useWatched<P>(withParameter(path, "limit", PAGE_LIMIT), loadWhole, {});
}

type Answers = Map<string, Answer<unknown>>;
type Load<T> = (path: string, known: Answers, signal: AbortSignal) => Promise<T | undefined>;

interface Kept<T> {
  readonly path: string | undefined;
  readonly data?: T;
  readonly problem?: ApiProblem;
}

function useWatched<T>(
  path: string | undefined,
  load: Load<T>,
  { everySeconds = EVERY_SECONDS }: ResourceOptions,
): ResourceState<T> {
  const [kept, setKept] = useState<Kept<T>>({ path });
  const running = useRef<Watch>(undefined);
  // Another pace is no reason to read anew.
  const pace = useRef(everySeconds);
  pace.current = everySeconds;
  useEffect(() => {
    if (path === undefined) return undefined;
    const known: Answers = new Map();
    running.current = watch<T>({
      // A list of many pages is asked for so much more rarely.
      everySeconds: () => pace.current * Math.max(1, known.size),
      load: (signal) => load(path, known, signal),
      onData: (data) => setKept((before) => afterData(before, path, data)),
      onProblem: (problem) => setKept((before) => ({ ...(before.path === path && before), path, problem })),
    });
    return () => running.current?.stop();
  }, [path, load]);
  const refresh = useCallback(() => running.current?.refresh(), []);
  const { data, problem } = kept.path === path ? kept : ({} as Kept<T>);
  return {
    refresh,
    isLoading: data === undefined && problem === undefined,
    ...(data !== undefined && { data }),
    ...(problem && { problem }),
  };
}

function afterData<T>(before: Kept<T>, path: string, data: T | undefined): Kept<T> {
  if (data !== undefined) return { path, data };
  // Unchanged: the same object tells Preact that there is nothing to draw.
  if (before.path === path && before.problem === undefined) return before;
  return { path, ...(before.path === path && before.data !== undefined && { data: before.data }) };
}

async function loadOne<T>(path: string, known: Answers, signal: AbortSignal): Promise<T | undefined> {
  const answer = await getIfChanged<T>(path, known.get(path)?.etag, signal);
  if (answer) known.set(path, answer);
  return answer?.data;
}

async function loadPages<T>(
  path: string,
  known: Answers,
  signal: AbortSignal,
): Promise<readonly T[] | undefined> {
  return (await loadWhole<Page<T>>(path, known, signal))?.items;
}

async function loadWhole<P extends Page<unknown>>(
  path: string,
  known: Answers,
  signal: AbortSignal,
): Promise<P | undefined> {
  const items: unknown[] = [];
  let hasChanged = false;
  let next: string | undefined = path;
  while (next !== undefined) {
    const answer: Answer<P> | undefined = await getIfChanged(next, known.get(next)?.etag, signal);
    if (answer) known.set(next, answer);
    hasChanged ||= answer !== undefined;
    const { data } = known.get(next) as Answer<P>;
    for (const item of data.items) items.push(item);
    next =
      data.continuation === undefined ? undefined : withParameter(path, "continuation", data.continuation);
  }
  const { data: first } = known.get(path) as Answer<P>;
  return hasChanged ? { ...first, items } : undefined;
}

function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
}
