/**
 * Runs work concurrently until all of it has ended. After the first failure `Promise.all` does not wait for the others,
 * which then read, write and log after their invocation has ended.
 */
import pLimit from "p-limit";

/** All results, in order. @throws the first failure, after all others have ended */
export async function waitForAll<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const all = Promise.all(work);
  await Promise.allSettled([all, ...work]);
  return all;
}

/**
 * The result for each item, in order, with limited concurrency. Starts nothing after a failure.
 * @throws the first failure, after all started work has ended
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
 * The result of `work`, which runs concurrently with work that was started earlier and awaits what it needs of it.
 * @throws what `work` throws, after all started work has ended
 */
export async function alongside<T>(started: readonly Promise<unknown>[], work: () => Promise<T>): Promise<T> {
  const ended = Promise.allSettled(started);
  try {
    return await work();
  } finally {
    await ended;
  }
}
