/** A Functions host that runs an artifact, can be killed and started again at any moment, and whose words are kept. */
import { fork, type ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Clock, PRELOAD } from "./clock.ts";
import { MESSAGE, type LoopSample } from "./eventLoop.ts";

const LOOP = ["--import", join(import.meta.dirname, "eventLoop.ts")];
const MAIN = join(import.meta.dirname, "../../sandbox/host/main.ts");
/** What no log may hold, whatever goes wrong. */
const NEVER = /unhandled rejection|uncaught|FATAL ERROR|out of memory/i;

export interface HostOptions {
  readonly name: string;
  readonly app: string;
  readonly keysPath: string;
  readonly logPath: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly function?: string;
}

export class Host {
  readonly name: string;
  readonly #options: HostOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  /** What its clock is wrong by. */
  skewMilliseconds = 0;
  /** Absent while it is down. */
  url: string | undefined;
  kills = 0;
  /** Unexpected exits, and texts that no log may contain. */
  readonly faults: string[] = [];
  /** Failed invocations since this was last emptied. */
  readonly failures: LogLine[] = [];
  invocations = 0;
  peakMegabytes = 0;
  /** Seconds of its event loop since this was last emptied. */
  readonly loop: LoopSample[] = [];

  constructor(options: HostOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = createWriteStream(options.logPath, { flags: "a" });
  }

  async start(skewMilliseconds = 0): Promise<void> {
    const { app, keysPath, settings, clock } = this.#options;
    this.skewMilliseconds = skewMilliseconds;
    const child = fork(MAIN, ["--app", app, "--port", "0", "--keys", keysPath], {
      env: { ...process.env, ...settings, ...clock.settings(skewMilliseconds), SOAK_EVENT_LOOP: "1" },
      execArgv: [...PRELOAD, ...LOOP, ...profileOf(this.name)],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    this.#listen(child);
    const { url } = await new Promise<{ url: string }>((resolve, reject) => {
      child.once("message", (message) => resolve(message as { url: string }));
      child.once("exit", (code) =>
        reject(new Error(`host ${this.name} ended with code ${code} at its start`)),
      );
    });
    clock.follow(child, skewMilliseconds);
    this.url = url;
  }

  #listen(child: ChildProcess): void {
    if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => this.#said(line));
    if (child.stderr) createInterface({ input: child.stderr }).on("line", (line) => this.#said(line));
    child.once("exit", (code, signal) => {
      if (this.#child !== child) return;
      this.url = undefined;
      this.faults.push(`host ${this.name} ended unexpectedly: code ${code}, signal ${signal}`);
    });
  }

  #said(line: string): void {
    this.#log.write(`${line}\n`);
    if (NEVER.test(line)) this.faults.push(`host ${this.name} said: ${line.slice(0, 500)}`);
    const entry = parsed(line);
    if (entry?.message === MESSAGE) this.loop.push(entry as LogLine & LoopSample);
    if (entry?.message === "succeeded") this.invocations += 1;
    if (entry?.level === "error" && entry.message.startsWith("failed:")) this.failures.push(entry);
  }

  /** As a machine that loses its power. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.url = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  /** Resident memory now; remembered if it is the most so far. */
  async measure(): Promise<void> {
    const status = await readFile(`/proc/${this.#child?.pid ?? 0}/status`, "utf8").catch(() => "");
    const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    this.peakMegabytes = Math.max(this.peakMegabytes, Math.round(kilobytes / 1024));
  }
}

/** With `SOAK_PROFILES=FOLDER` a host that is stopped leaves a CPU profile. */
function profileOf(name: string): string[] {
  const folder = process.env["SOAK_PROFILES"];
  return folder ? ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`] : [];
}

function parsed(line: string): LogLine | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
