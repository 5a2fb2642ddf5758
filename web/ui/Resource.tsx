import type { ComponentChildren } from "preact";
import { Problems } from "./Problems.tsx";
import type { ResourceState } from "./useResource.ts";

interface ResourceProps<T> {
  of: ResourceState<T>;
  /** How many lines the skeleton has; near to what will be there, so that nothing jumps. */
  lines?: number;
  /** Shown in place of an answer that is an empty list. */
  empty?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** What the API says, or that it is being read, or why it could not be. An old answer stays while a newer one fails. */
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

/** What would be here, and what to do to have it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}
