/** The host as a separate process: its environment is the app's settings. Reports to its parent when it listens; ends with it. */
import { parseArgs } from "node:util";
import { startHost } from "./startHost.ts";

const { values } = parseArgs({
  options: {
    app: { type: "string" },
    port: { type: "string" },
    keys: { type: "string" },
    timers: { type: "string" },
  },
});

const host = await startHost({
  app: values.app ?? "dist",
  port: Number(values.port ?? 7071),
  ...(values.keys && { keysPath: values.keys }),
  ...(values.timers && { timersPath: values.timers }),
  log: (entry) => console.log(JSON.stringify({ at: new Date().toISOString(), ...entry })),
});

process.send?.({ url: host.url, keys: host.keys });

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await host.stop();
  process.exit(0);
}

process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
process.on("disconnect", () => void stop());
