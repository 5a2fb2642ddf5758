import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  input?: string;
  env?: Record<string, string>;
  /** Ctrl-C as soon as standard error says this. */
  interruptAt?: string;
}

/** `mooring` as a person runs it: a process of its own, with these settings and this standard input. */
export async function runCli(
  args: readonly string[],
  { input = "", env = {}, interruptAt }: RunOptions = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../cli/main.ts"), ...args], {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(input);
  if (interruptAt !== undefined)
    child.stderr.on("data", (said: Buffer) => said.includes(interruptAt) && child.kill("SIGINT"));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}
