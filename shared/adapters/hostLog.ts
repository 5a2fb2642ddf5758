/** The log of one invocation: each entry is one line of JSON, which Application Insights keeps as `message`. See docs/platform/logs.md. */
import { correlation } from "../core/correlation.ts";
import { inertJson } from "../core/inert.ts";
import type { Log, LogFields } from "../ports/log.ts";

/** The host's log methods of an invocation; compatible with `InvocationContext`. */
export interface Invocation {
  readonly invocationId: string;
  readonly functionName: string;
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

/** An entry is always one line without control characters, for any value. */
export function hostLog(invocation: Invocation): Log {
  const { invocationId, functionName } = invocation;
  const line = (message: string, fields?: LogFields) =>
    inertJson({
      message,
      correlationId: invocationId,
      function: functionName,
      invocationId,
      ...correlation(),
      ...fields,
    });
  return {
    debug: (message, fields) => invocation.debug(line(message, fields)),
    info: (message, fields) => invocation.info(line(message, fields)),
    warn: (message, fields) => invocation.warn(line(message, fields)),
    error: (message, fields) => invocation.error(line(message, fields)),
  };
}
