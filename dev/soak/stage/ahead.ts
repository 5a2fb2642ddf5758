/**
 * Makes this process' `Date` run ahead of the machine's, by what the parent sets at the start and later.
 * Imported by the soak itself, and before everything else by every process that it starts (`node --import`).
 * Timers run as they do: only what a clock would show moves.
 */

/** Setting with the initial offset of a process. */
export const AHEAD = "SOAK_AHEAD_MILLISECONDS";

export interface Ahead {
  readonly aheadMilliseconds?: number;
}

let ahead = Number(process.env[AHEAD] ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + ahead;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
});

process.on("message", ({ aheadMilliseconds }: Ahead) => {
  if (typeof aheadMilliseconds === "number") runAhead(aheadMilliseconds);
});
// Listening must not keep alive a process that is otherwise done.
process.channel?.unref();

/** From now on, in this process. */
export function runAhead(milliseconds: number): void {
  ahead = milliseconds;
}
