import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn, type ChildProcess } from "node:child_process";
import { text } from "node:stream/consumers";
import { inject } from "vitest";

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  input?: string;
  env?: Record<string, string>;
  /** Send Ctrl-C when standard error contains this. */
  interruptAt?: RegExp;
  /** Close standard output, as `| head` does. */
  isUnread?: boolean;
  cwd?: string;
  /** Called with all of standard error so far, each time that there is more. */
  onErr?: (text: string) => void;
}

/** Otherwise the contexts of the machine would be used. */
const NO_APP = { MOORING_CONFIG: join(tmpdir(), "mooring-without-contexts.yaml"), MOORING_URL: "" };

/** Runs `mooring` in a separate process, with these settings and this standard input. */
export async function runCli(
  args: readonly string[],
  { input = "", env = {}, interruptAt, isUnread = false, cwd, onErr }: RunOptions = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [inject("builtCli"), ...args], {
    env: { ...process.env, ...NO_APP, NO_COLOR: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
  });
  child.stdin.end(input);
  if (isUnread) child.stdout.destroy();
  if (interruptAt !== undefined) interruptOnce(child, interruptAt);
  if (onErr !== undefined) watch(child, onErr);
  const err = text(child.stderr);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const out = isUnread ? "" : text(child.stdout);
  return { code: await ended, out: await out, err: await err };
}

/** Twice would mean: at once. */
function interruptOnce(child: ChildProcess, when: RegExp): void {
  const listen = (said: Buffer) => {
    if (!when.test(said.toString())) return;
    child.stderr?.off("data", listen);
    child.kill("SIGINT");
  };
  child.stderr?.on("data", listen);
}

function watch(child: ChildProcess, onErr: (text: string) => void): void {
  let all = "";
  child.stderr?.on("data", (more: Buffer) => onErr((all += more.toString())));
}
