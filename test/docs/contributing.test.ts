/** The files for contributors name files, scripts and settings that exist, and one version of Node. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Settings } from "../../shared/core/settings.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const { scripts, engines } = JSON.parse(read("package.json"));
const guide = read("CONTRIBUTING.md");

test("CONTRIBUTING.md names files and folders that exist", () => {
  const named = [...guide.matchAll(/`(\.?[\w.-]+(?:\/[\w.-]+)*\/?)`/g)].map(([, path = ""]) => path);
  const paths = named.filter((path) => /\/|\.(ts|md|json|example)$/.test(path));
  const absent = paths.filter((path) => !existsSync(join(ROOT, path)));
  expect(paths.length).toBeGreaterThan(40);
  // Written by a build and by its reader.
  expect(absent.filter((path) => !["dist/", "local.settings.json", "command.ts"].includes(path))).toEqual([]);
});

test("CONTRIBUTING.md documents every npm script", () => {
  const own = Object.keys(scripts).filter((name) => !(name.startsWith("pre") && name.slice(3) in scripts));
  const missing = own.filter(
    (name) => !guide.includes(`| \`npm ${["start", "test"].includes(name) ? "" : "run "}${name}\``),
  );
  expect(missing).toEqual([]);
});

describe("one version of Node", () => {
  test("development: 20 or later", () => {
    expect(engines.node).toBe(">=20");
    expect(read("dev/tools/setup.mjs")).toContain("const OLDEST_NODE = 20;");
    for (const text of [guide, read("README.md")]) expect(text).toContain("Node 20 or later");
  });

  test("runtime: 24", () => {
    expect(read(".nvmrc")).toBe("24\n");
    expect(JSON.parse(read(".devcontainer/devcontainer.json")).image).toMatch(/^node:24-/);
    expect(read("infra/main.bicep")).toContain("param nodeVersion string = '24'");
  });
});

test("local.settings.json.example has settings that exist", () => {
  const { Values } = JSON.parse(read("local.settings.json.example"));
  const ours = Object.keys(Values).filter((name) => name !== "FUNCTIONS_WORKER_RUNTIME");
  expect(ours.filter((name) => !(name in Settings.shape))).toEqual([]);
});

describe("the workflows", () => {
  test.each(["ci", "release"])("%s runs scripts that exist", (name) => {
    const { jobs } = parse(read(`.github/workflows/${name}.yml`));
    const steps = Object.values<any>(jobs).flatMap((job) => job.steps);
    const commands = steps.map(({ run = "" }) => run).join("\n");
    expect(commands).toContain(".ci/run");
    for (const [, script = ""] of commands.matchAll(/npm run (?:--silent )?([\w:]+)/g))
      expect(scripts).toHaveProperty([script]);
  });
});
