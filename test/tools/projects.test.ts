import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { unitFiles } from "../../vitest.config.ts";

const ROOT = join(import.meta.dirname, "../..");
const SERVICE_PACKAGES = ["@hono/node-server", "azurite", "esbuild", "playwright-core"];
const SERVICE_MODULES = /^node:(child_process|cluster|dgram|http|http2|https|net|tls|worker_threads)$/;
const SERVICE_FOLDERS = /^sandbox\/(host|start|storage)\//;
/** The product may import `node:https`: the ports that a test passes decide whether it is used. */
const PRODUCT = /^(api|cli|functions|shared|web)\//;
/** Imports at run time. What `node:net` has for addresses alone opens nothing. */
const IMPORT =
  /^\s*(?:import|export)\s+(?!type\b|\{[^}]*\bisIP)(?:[^"';]*?from\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

describe("vitest.config.ts", () => {
  test("names each unit test once", () => {
    expect(unitFiles().length).toBeGreaterThan(50);
    expect(unitFiles().length).toBe(new Set(unitFiles()).size);
  });

  test("leaves tests for the integration project", () => {
    const all = globSync("test/**/*.test.ts", { cwd: ROOT });
    expect(all.length).toBeGreaterThan(unitFiles().length);
  });

  test.each(unitFiles())("%s uses no service", (file) => {
    expect(servicesOf(file)).toEqual([]);
  });

  test.each([
    ["test/contract/table.test.ts", "test/contract/table.test.ts: the storage of test/azurite.ts"],
    ["test/changes/undoOnArm.test.ts", "dev/sandbox/arm/server.ts: @hono/node-server"],
    ["test/cli/words.test.ts", "test/cli/runCli.ts: node:child_process"],
    ["test/browser/shell.test.ts", "playwright-core"],
  ])("finds the service that %s uses", (file, service) => {
    expect(servicesOf(file)).toContainEqual(expect.stringContaining(service));
  });
});

/** What a test file and everything it imports at run time needs from outside its own thread. */
function servicesOf(test: string): string[] {
  const files = new Set([test]);
  const found: string[] = [];
  // A Set yields what is added to it while it is iterated.
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), "utf8");
    if (/\binject\("storage"\)/.test(text)) found.push(`${file}: the storage of test/azurite.ts`);
    for (const [, first, second] of text.matchAll(IMPORT)) {
      const name = first ?? second ?? "";
      if (name.startsWith(".")) addFile(files, join(dirname(file), name));
      else if (isService(file, name)) found.push(`${file}: ${name}`);
    }
    if (SERVICE_FOLDERS.test(file)) found.push(file);
  }
  return found;
}

function addFile(files: Set<string>, path: string): void {
  if (/\.(mjs|tsx?)$/.test(path) && existsSync(join(ROOT, path))) files.add(path);
}

function isService(file: string, name: string): boolean {
  return SERVICE_PACKAGES.includes(name) || (SERVICE_MODULES.test(name) && !PRODUCT.test(file));
}
