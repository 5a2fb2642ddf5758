import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PRELOAD } from "./clock.ts";

const CLI = join(import.meta.dirname, "../../../cli/main.ts");

/** Runs the CLI of the app at the time of the soak. @throws Error with its output, if it failed */
export async function runMooring(
  settings: Readonly<Record<string, string>>,
  args: readonly string[],
  input = "",
): Promise<string> {
  const child = spawn(process.execPath, [...PRELOAD, CLI, ...args], {
    env: { ...process.env, ...settings },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, problems, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`mooring ${args.join(" ")}: ${problems || out}`);
  return out;
}
