/** Output of `npm run … -- --help`, and of invalid arguments. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: ROOT }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

describe.each([
  ["npm start", "dev/sandbox/main.ts"],
  ["npm run demo", "dev/sandbox/demo/main.ts"],
  ["npm run bench", "dev/bench/main.ts"],
  ["npm run fuzz", "dev/tools/fuzz/main.ts"],
  ["npm run soak", "dev/soak/main.ts"],
])("%s", (name, main) => {
  test("prints its usage", async () => {
    const { code, out, err } = await run(main, "--help");
    expect([code, out.trimStart().startsWith(`${name} -- [`), err]).toEqual([0, true, ""]);
  });

  test("refuses unknown arguments, in one line", async () => {
    const { code, out, err } = await run(main, "--nonsense");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("--nonsense");
    expect(err).not.toMatch(/\n\s+at /);
  });
});
