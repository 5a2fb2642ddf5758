/** Structured log: a constant message and fields. Never secrets, claims or whole objects. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined | readonly string[]>>;

/** A log that keeps nothing, for callers without a sink. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
