/**
 * Composition root: builds clients once, lazily, from settings, and hands use cases their `Run`.
 * Called by triggers and the CLI; decides nothing.
 */
import { randomUUID } from "node:crypto";
import type { Apply } from "./changes/applied.ts";
import type { Log } from "./log.ts";
import type { Ports, Run } from "./ports.ts";
import type { Settings } from "./settings.ts";

/** What the host gives an invocation to log with; `InvocationContext` fits. */
export interface Invocation {
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

export interface App {
  readonly settings: Settings;
  readonly apply: Apply;
  run(invocation: Invocation, signal?: AbortSignal): Run;
}

let instance: Promise<App> | undefined;

/** The app of this process. A failed start is forgotten, so that the next call tries again. @throws InvalidInput on bad settings */
export function app(): Promise<App> {
  instance ??= build(process.env).catch((error: unknown) => {
    instance = undefined;
    throw error;
  });
  return instance;
}

async function build(env: NodeJS.ProcessEnv): Promise<App> {
  const [{ parseSettings }, { createPorts }, { createApply }] = await Promise.all([
    import("./settings.ts"),
    import("./azure/ports.ts"),
    import("./changes/apply.ts"),
  ]);
  const settings = parseSettings(env);
  const { ports, writer } = createPorts(settings);
  return {
    settings,
    apply: createApply(writer),
    run: (invocation, signal) => newRun(ports, invocation, signal),
  };
}

function newRun(ports: Ports, invocation: Invocation, signal = new AbortController().signal): Run {
  return { ports, now: () => new Date(), newId: randomUUID, log: toLog(invocation), signal };
}

function toLog(invocation: Invocation): Log {
  return {
    debug: (message, fields) => invocation.debug(message, fields ?? {}),
    info: (message, fields) => invocation.info(message, fields ?? {}),
    warn: (message, fields) => invocation.warn(message, fields ?? {}),
    error: (message, fields) => invocation.error(message, fields ?? {}),
  };
}
