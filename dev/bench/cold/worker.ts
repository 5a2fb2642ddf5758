/**
 * A worker that is warm but has no app yet, as the platform keeps them: after it gets an app and its settings
 * it loads it into an environment that is new to the process, and answers HTTP. No queue or timer is listened
 * to: in Azure that is the work of the host, not of the app's process.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createDoor } from "../../sandbox/host/http.ts";
import { loadApp } from "../../sandbox/host/load.ts";

export interface Specialize {
  readonly app: string;
  readonly settings: Readonly<Record<string, string>>;
}

process.on("message", (told: Specialize) => void specialize(told));
process.on("disconnect", () => process.exit());
process.send?.("warm");

async function specialize({ app: directory, settings }: Specialize): Promise<void> {
  Object.assign(process.env, settings);
  const log = () => undefined;
  const app = await loadApp(directory, log);
  const keys = { master: "", function: "", eventGrid: "" };
  const listener = getRequestListener(createDoor({ app, keys, log, fire: log }));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}
