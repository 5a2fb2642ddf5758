import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

let root: string;

/** A checkout in which nothing is installed, and an npm that has nothing to do. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mooring-setup-"));
  await mkdir(join(root, "node_modules"));
  await cp(join(import.meta.dirname, "../../tools/setup.mjs"), join(root, "tools/setup.mjs"));
  await writeFile(join(root, "package-lock.json"), "{}");
  await writeFile(join(root, "npm.mjs"), "console.log('added 400 packages');");
});

afterEach(() => rm(root, { recursive: true, force: true }));

test("installing says so on standard error: what a command prints may be a report for a program", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(root, "tools/setup.mjs")], {
    env: { ...process.env, npm_execpath: join(root, "npm.mjs") },
  });
  expect(stdout).toBe("");
  expect(stderr).toBe("Installing what is missing (npm ci) …\n");
});
