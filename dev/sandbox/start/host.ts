/** The Functions host as a child process, with the settings of the app as its environment. */
import { fork, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { HostKeys } from "../host/keys.ts";

export interface HostProcess {
  url: string;
  keys: HostKeys;
  process: ChildProcess;
  stop(): Promise<void>;
}

export interface HostProcessOptions {
  app: string;
  port: number;
  state: string;
  /** Those of the app. */
  settings: Record<string, string>;
  /** Others, such as functions that are disabled. */
  hostSettings?: Record<string, string> | undefined;
}

/** Resolves when it listens. @throws Error with its last words if it ends first */
export async function startHostProcess({
  app,
  port,
  state,
  settings,
  hostSettings,
}: HostProcessOptions): Promise<HostProcess> {
  const args = [
    "--app",
    app,
    "--port",
    String(port),
    "--keys",
    join(state, "keys.json"),
    "--timers",
    join(state, "timers.json"),
  ];
  const child = fork(join(import.meta.dirname, "../host/main.ts"), args, {
    env: { ...process.env, ...settings, ...hostSettings },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let words = "";
  const log = createWriteStream(join(state, "host.log"), { flags: "a" });
  child.stdout?.pipe(log);
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2000);
    log.write(chunk);
  });
  const ready = await new Promise<{ url: string; keys: HostKeys }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { url: string; keys: HostKeys }));
    child.once("exit", (code) =>
      reject(new Error(`the Functions host ended with code ${code}: ${words.trim()}`)),
    );
  });
  return { ...ready, process: child, stop: () => stopChild(child) };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
