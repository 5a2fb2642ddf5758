/** Records the calls of a fake, and injects failures. */
export class CallLog {
  readonly calls: (readonly [method: string, ...args: unknown[]])[] = [];
  /** Called before anything happens. */
  travel?: () => Promise<void>;
  readonly #failures: { error: Error; method?: string | undefined; after: number; left: number }[] = [];

  /** After `after` more calls, the next `times` (of `method`, if given) throw `error` before anything happens. */
  failNext(
    error: Error,
    { method, after = 0, times = 1 }: { method?: string; after?: number; times?: number } = {},
  ): void {
    this.#failures.push({ error, method, after, left: times });
  }

  /** No more failures. */
  heal(): void {
    this.#failures.length = 0;
  }

  count(method: string): number {
    return this.calls.filter(([name]) => name === method).length;
  }

  async record(method: string, ...args: unknown[]): Promise<void> {
    this.calls.push([method, ...args]);
    if (this.travel) await this.travel();
    const failure = this.#failures.find(({ left, method: only }) => left > 0 && (!only || only === method));
    if (!failure) return;
    if (failure.after > 0) {
      failure.after -= 1;
      return;
    }
    failure.left -= 1;
    throw failure.error;
  }
}
