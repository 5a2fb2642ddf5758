/** The result of the promise, or of `late` if it takes longer. @throws what either throws */
export async function within<T>(milliseconds: number, asked: Promise<T>, late: () => T): Promise<T> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, milliseconds);
  try {
    return await Promise.race([asked, over.promise.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
