/** Data of an API path, refreshed while the page is visible; unchanged data costs a 304. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Page } from "../../api/model.ts";
import { getIfChanged, type Answer, type ApiProblem } from "./http.ts";
import { watch, type Watch } from "./watch.ts";

const EVERY_SECONDS = 5;
const PAGE_LIMIT = "1000";

export interface ResourceState<T> {
  /** The last successful response; kept during a refresh and when the refresh fails. */
  readonly data?: T;
  readonly problem?: ApiProblem;
  /** True until the first response or problem. */
  readonly isLoading: boolean;
  refresh: () => void;
}

export interface ResourceOptions {
  readonly everySeconds?: number;
}

/** Without a path nothing is requested. */
export function useResource<T>(path: string | undefined, options: ResourceOptions = {}): ResourceState<T> {
  return useWatched<T>(path, loadOne, options);
}

/** All pages of a list, in order, with the maximum page size. */
export function useList<T>(
  path: string | undefined,
  options: ResourceOptions = {},
): ResourceState<readonly T[]> {
  const pagePath = path === undefined ? undefined : withParameter(path, "limit", PAGE_LIMIT);
  return useWatched<readonly T[]>(pagePath, loadPages, options);
}

/** Same for a list with additional members: the members of the first page, with the items of all pages. */
export function useFullList<P extends Page<unknown>>(path: string): ResourceState<P> {
  return useWatched<P>(withParameter(path, "limit", PAGE_LIMIT), loadAll, {});
}

type Answers = Map<string, Answer<unknown>>;
type Load<T> = (path: string, answers: Answers, signal: AbortSignal) => Promise<T | undefined>;

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
  // A new interval is no reason to read again.
  const pace = useRef(everySeconds);
  pace.current = everySeconds;
  useEffect(() => {
    if (path === undefined) return undefined;
    const answers: Answers = new Map();
    running.current = watch<T>({
      // A list of many pages is read proportionally less often.
      everySeconds: () => pace.current * Math.max(1, answers.size),
      load: (signal) => load(path, answers, signal),
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
  // Unchanged: the same object reference makes Preact skip the render.
  if (before.path === path && before.problem === undefined) return before;
  return { path, ...(before.path === path && before.data !== undefined && { data: before.data }) };
}

async function loadOne<T>(path: string, answers: Answers, signal: AbortSignal): Promise<T | undefined> {
  const answer = await getIfChanged<T>(path, answers.get(path)?.etag, signal);
  if (answer) answers.set(path, answer);
  return answer?.data;
}

async function loadPages<T>(
  path: string,
  answers: Answers,
  signal: AbortSignal,
): Promise<readonly T[] | undefined> {
  return (await loadAll<Page<T>>(path, answers, signal))?.items;
}

async function loadAll<P extends Page<unknown>>(
  path: string,
  answers: Answers,
  signal: AbortSignal,
): Promise<P | undefined> {
  const items: unknown[] = [];
  let hasChanged = false;
  let next: string | undefined = path;
  while (next !== undefined) {
    const answer: Answer<P> | undefined = await getIfChanged(next, answers.get(next)?.etag, signal);
    if (answer) answers.set(next, answer);
    hasChanged ||= answer !== undefined;
    const { data } = answers.get(next) as Answer<P>;
    for (const item of data.items) items.push(item);
    next =
      data.continuation === undefined ? undefined : withParameter(path, "continuation", data.continuation);
  }
  const { data: first } = answers.get(path) as Answer<P>;
  return hasChanged ? { ...first, items } : undefined;
}

function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
}
