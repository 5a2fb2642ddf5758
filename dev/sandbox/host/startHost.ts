/**
 * A Functions host for one built app: the same artifact that is deployed, run through the real programming model. Imports nothing of
 * what the app does. One app per process, as in a worker.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createDoor } from "./http.ts";
import { invoke, type HostLog } from "./invoke.ts";
import { hostKeys, type HostKeys } from "./keys.ts";
import { loadApp, type LoadedApp, type LoadedFunction } from "./load.ts";
import { QueueListener } from "./queues.ts";
import { isDisabled, isTimer, Timers } from "./timers.ts";

export interface HostOptions {
  /** The built artifact. */
  app: string;
  port: number;
  keysPath?: string;
  timersPath?: string;
  log: HostLog;
}

export interface Host {
  url: string;
  keys: HostKeys;
  functions: LoadedFunction[];
  stop(): Promise<void>;
}

/** A listener that cannot start is reported; the other functions work, as in Azure. */
function listen(app: LoadedApp, target: LoadedFunction, log: HostLog): QueueListener | undefined {
  try {
    return new QueueListener(app, target, log);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log({ level: "error", message: `the listener for function ${target.name} was unable to start: ${why}` });
    return undefined;
  }
}

export async function startHost({
  app: directory,
  port,
  keysPath,
  timersPath,
  log,
}: HostOptions): Promise<Host> {
  const app = await loadApp(directory, (level, message) => log({ level, message }));
  const keys = await hostKeys(keysPath);
  const timers = new Timers(app, log, timersPath);
  const queues = app.functions
    .filter((one) => one.trigger.type.toLowerCase() === "queuetrigger" && !isDisabled(one))
    .flatMap((target) => listen(app, target, log) ?? []);
  const fire = (target: LoadedFunction, input: string) =>
    void (isTimer(target)
      ? timers.run(target, false)
      : invoke(app, target, { data: { string: input } }, log).catch(() => undefined));
  const listener = getRequestListener(createDoor({ app, keys, log, fire }));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", resolve),
  );
  for (const queue of queues) queue.start();
  await timers.start();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    functions: app.functions,
    async stop() {
      timers.stop();
      server.close();
      server.closeIdleConnections();
      await Promise.all(queues.map((queue) => queue.stop()));
      server.closeAllConnections();
      for (const hook of app.hooks.get("appTerminate") ?? []) await hook({ hookData: {}, appHookData: {} });
    },
  };
}
