/**
 * Work that runs at the same time and has ended, all of it, when the caller continues. After the first failure `Promise.all` lets the
 * others run on: they then read, write and log after their invocation has ended.
 */
import pLimit from "p-limit";

/** All results, in order. @throws the first failure, after all others have ended too */
export async function waitForAll<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const all = Promise.all(work);
  await Promise.allSettled([all, ...work]);
  return all;
}

/**
 * The result for each item, in order, with at most so many at the same time. Nothing starts after a failure.
 * @throws the first failure, after all that had started have ended
 */
export async function mapAtMost<T, R>(
  atOnce: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const limit = pLimit(atOnce);
  const failures: unknown[] = [];
  const attempt = async (item: T): Promise<R> => {
    if (failures.length > 0) throw failures[0];
    return work(item).catch((error: unknown) => {
      failures.push(error);
      throw error;
    });
  };
  return waitForAll(items.map((item) => limit(attempt, item)));
}

/**
 * What `work` returns, while what was started before it goes on; `work` awaits what it needs of that.
 * @throws what `work` throws, after all that was started has ended too
 */
export async function alongside<T>(started: readonly Promise<unknown>[], work: () => Promise<T>): Promise<T> {
  const ended = Promise.allSettled(started);
  try {
    return await work();
  } finally {
    await ended;
  }
}
