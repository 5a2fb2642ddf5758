/** A short soak with a fixed seed; `npm run soak` goes on for as long as you like, and `-- --prove` shows that it can fail. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "../../dev/soak/main.ts");
const LONGEST_MILLISECONDS = 900_000;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-soak-test-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function soak(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, TMPDIR: directory } });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [output, problems, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output, problems };
}

test(
  "through a storm and a calm nothing happens that must never be",
  async () => {
    const { code, output, problems } = await soak("--only", "world", "--seed", "7", "--episodes", "1");
    expect(`${output}${problems}`).toContain("Nothing was found that must never be.");
    expect(code).toBe(0);
  },
  LONGEST_MILLISECONDS,
);

test("invalid arguments are reported, with the valid ones", async () => {
  const { code, problems } = await soak("--only", "weather");
  expect(problems).toContain("there is no part weather; there are world, adversary and load");
  expect(code).toBe(2);
});
