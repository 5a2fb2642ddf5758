import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const INSTALLING = "Installing what is missing (npm ci) …\n";
const PACKAGES = {
  "node_modules/zod": { version: "4.0.0", integrity: "sha512-a" },
  "node_modules/native-here": {
    version: "1.0.0",
    optional: true,
    os: [process.platform],
    cpu: [process.arch],
  },
  "node_modules/native-elsewhere": { version: "1.0.0", optional: true, os: ["aix"], cpu: ["ppc64"] },
};
/** What `npm ci` records: the packages for this machine, without the project itself. */
const { "node_modules/native-elsewhere": _elsewhere, ...INSTALLED } = PACKAGES;

let root: string;

/** A checkout in which nothing is installed, and an npm that has nothing to do. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mooring-setup-"));
  await cp(join(import.meta.dirname, "../../dev/tools/setup.mjs"), join(root, "dev/tools/setup.mjs"));
  await writeJson("package-lock.json", { packages: { "": { name: "mooring" }, ...PACKAGES } });
  await writeFile(join(root, "npm.mjs"), "console.log('added 400 packages');");
});

afterEach(() => rm(root, { recursive: true, force: true }));

test("installation messages go to standard error: standard output may be a report for a program", async () => {
  expect(await setUp()).toEqual({ stdout: "", stderr: INSTALLING });
});

test("a plain npm ci is recognised: nothing is installed again", async () => {
  await install(INSTALLED);
  expect((await setUp()).stderr).toBe("");
});

test.each([
  ["a package is missing", { "node_modules/zod": undefined }],
  ["a package has another version", { "node_modules/zod": { version: "4.0.1", integrity: "sha512-a" } }],
  ["a package has other content", { "node_modules/zod": { version: "4.0.0", integrity: "sha512-b" } }],
  ["the native package for this machine is missing", { "node_modules/native-here": undefined }],
  ["a package is installed that is not in the lock", { "node_modules/left-pad": { version: "1.0.0" } }],
])("installs when %s", async (_, change) => {
  await install({ ...INSTALLED, ...change });
  expect((await setUp()).stderr).toBe(INSTALLING);
});

test("installs when npm was stopped before it recorded what it did", async () => {
  await install(INSTALLED);
  await writeFile(join(root, "node_modules/.package-lock.json"), '{"packages": {');
  expect((await setUp()).stderr).toBe(INSTALLING);
});

test("installs when the Node that npm scripts run on is missing", async () => {
  await install(INSTALLED);
  await rm(join(root, "node_modules/.bin/node"));
  expect((await setUp()).stderr).toBe(INSTALLING);
});

async function setUp(): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [join(root, "dev/tools/setup.mjs")], {
    env: { ...process.env, npm_execpath: join(root, "npm.mjs") },
  });
}

async function install(packages: Record<string, unknown>): Promise<void> {
  await writeJson("node_modules/.package-lock.json", { packages });
  await writeJson("node_modules/.bin/node", {});
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), JSON.stringify(value));
}
