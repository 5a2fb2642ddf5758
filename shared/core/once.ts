/** Returns the same promise for the same key. After a failure the next call tries again. */
export function once<T>(open: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const opened = new Map<string, Promise<T>>();
  return (key) => {
    const promise = opened.get(key) ?? open(key);
    opened.set(key, promise);
    promise.catch(() => opened.delete(key));
    return promise;
  };
}
