/** What a fake was asked, and failures to come. */
export class CallLog {
  readonly calls: (readonly [method: string, ...args: unknown[]])[] = [];
  readonly #failures: { error: Error; method?: string | undefined; left: number }[] = [];

  /** The next `times` calls (of `method`, if given) throw `error` before anything happens. */
  failNext(error: Error, { method, times = 1 }: { method?: string; times?: number } = {}): void {
    this.#failures.push({ error, method, left: times });
  }

  count(method: string): number {
    return this.calls.filter(([name]) => name === method).length;
  }

  async record(method: string, ...args: unknown[]): Promise<void> {
    this.calls.push([method, ...args]);
    const failure = this.#failures.find(({ left, method: only }) => left > 0 && (!only || only === method));
    if (!failure) return;
    failure.left -= 1;
    throw failure.error;
  }
}
