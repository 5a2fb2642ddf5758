import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BICEP_VERSION } from "../../dev/tools/infra/compiler.ts";

const ROOT = join(import.meta.dirname, "../..");
const OPEN = `import("./tools/infra/compiler.ts").then((m) => m.openCompiler()).then((r) => console.log(JSON.stringify(r)))`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-compiler-"));
  await mkdir(join(folder, "path"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(path: string, script: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

/** Runs Node on a machine that has only the programs of the test. */
async function node(...args: string[]) {
  const cache = join(folder, "cache");
  const env = { PATH: join(folder, "path"), XDG_CACHE_HOME: cache, AZURE_CONFIG_DIR: join(folder, "azure") };
  return new Promise<{ code: unknown; output: string }>((resolve) =>
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, output) =>
      resolve({ code: error?.code ?? 0, output: output.trim() }),
    ),
  );
}

const open = async () => JSON.parse((await node("-e", OPEN)).output) as Record<string, string>;
const printing = (version: string) => `echo "Bicep CLI version ${version} (abc)"`;

test("a bicep of the right version on the path is used", async () => {
  const path = await program("path/bicep", printing(BICEP_VERSION));
  expect(await open()).toEqual({ path, version: BICEP_VERSION });
});

test("so is the one of az bicep install", async () => {
  const path = await program("azure/bin/bicep", printing(BICEP_VERSION));
  expect(await open()).toEqual({ path, version: BICEP_VERSION });
});

test("with another version there, dotnet restores the right one", async () => {
  await program("path/bicep", printing("0.30.1"));
  await program(
    "path/dotnet",
    `while [ "$1" != --packages ]; do shift; done
for tools in linux-x64 linux-arm64 osx-x64 osx-arm64; do
  /bin/mkdir -p "$2/azure.bicep.commandline.$tools/${BICEP_VERSION}/tools"
  : > "$2/azure.bicep.commandline.$tools/${BICEP_VERSION}/tools/bicep"
done`,
  );
  const { path, version } = await open();
  expect(version).toBe(BICEP_VERSION);
  expect(path?.startsWith(join(folder, "cache"))).toBe(true);
});

test("without dotnet another version is better than none", async () => {
  const path = await program("path/bicep", printing("0.41.2"));
  expect(await open()).toEqual({ path, version: "0.41.2" });
});

test("a restore that fails is reported", async () => {
  await program("path/dotnet", "exit 1");
  expect(await open()).toEqual({ missing: expect.stringContaining("dotnet could not restore") as unknown });
});

test("where there is nothing, npm run infra prints one line and succeeds", async () => {
  expect(await node("dev/tools/infra/main.ts")).toEqual({
    code: 0,
    output: "infra/ is not compiled: there is no bicep, az bicep or dotnet on this machine",
  });
});
