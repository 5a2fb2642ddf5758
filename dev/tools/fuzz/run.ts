import { spawn } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");
const BIN = join(ROOT, "node_modules", ".bin");

/** Runs a program of `node_modules`, its output shown; gives its exit code. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const PATH = `${BIN}:${process.env["PATH"] ?? ""}`;
  return new Promise((resolve, reject) => {
    const child = spawn(join(BIN, program), args, {
      cwd: ROOT,
      env: { ...process.env, ...env, PATH },
      stdio: "inherit",
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
