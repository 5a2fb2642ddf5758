/** The log of one invocation: each entry is one line of JSON, which Application Insights keeps as `message`. See docs/logs.md. */
import { correlation } from "../core/correlation.ts";
import { inertJson } from "../core/inert.ts";
import type { Log, LogFields } from "../ports/log.ts";

/** What the host gives an invocation to log with; `InvocationContext` fits. */
export interface Invocation {
  readonly invocationId: string;
  readonly functionName: string;
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

/** Whatever is in a value, an entry stays one line and steers no terminal. */
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
