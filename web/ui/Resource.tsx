import type { ComponentChildren } from "preact";
import { Problems } from "./Problems.tsx";
import type { ResourceState } from "./useResource.ts";

interface ResourceProps<T> {
  of: ResourceState<T>;
  /** Number of skeleton lines; similar to the expected content, so that the layout does not jump. */
  lines?: number;
  /** Shown instead of an empty list. */
  empty?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/**
 * The data of the API, a skeleton while it loads, or the problem. Old data stays visible while a refresh
 * fails.
 */
export function Resource<T>({ of, lines = 6, empty, children }: ResourceProps<T>) {
  const { data, problem, isLoading, refresh } = of;
  if (isLoading) return <Skeleton lines={lines} />;
  const isEmpty = empty !== undefined && Array.isArray(data) && data.length === 0;
  return (
    <>
      {problem && <Problems problem={problem} onRetry={refresh} />}
      {isEmpty ? empty : data !== undefined && children(data)}
    </>
  );
}

export function Skeleton({ lines = 6 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="skeleton-line" />
      ))}
    </div>
  );
}

/** Describes what belongs here and how to get it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}
