/** `azd up` and `azd down` as far as they go without Azure: the project file, and the hooks against a stub of `az`. */
import { access, constants, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { Settings } from "../../shared/core/settings.ts";
import { INSTALLED, ONE, runScript, TWO } from "./azStub.ts";
import { INFRA, readModules, readSnapshot, readTemplate } from "./compiled.ts";

const ROOT = join(INFRA, "..");

// What azd's schema of azure.yaml (v1.0) has for the parts that this project uses; everything else is refused here.
const Hook = z.strictObject({
  shell: z.enum(["sh", "pwsh"]),
  run: z.string().min(1),
  continueOnError: z.boolean().optional(),
  interactive: z.boolean().optional(),
});
const commands = [
  "provision",
  "infracreate",
  "infradelete",
  "down",
  "up",
  "package",
  "publish",
  "deploy",
  "restore",
];
const beforeAndAfter = (names: readonly string[]) =>
  z.partialRecord(z.enum(names.flatMap((name) => [`pre${name}`, `post${name}`])), Hook);
const Service = z.strictObject({
  project: z.string().min(1),
  host: z.enum(["appservice", "containerapp", "function", "staticwebapp", "aks"]),
  // azd 1.20 has `custom`, which takes what `dist` names.
  language: z.literal("custom"),
  dist: z.string().regex(/\.zip$/),
  hooks: beforeAndAfter(["deploy", "restore", "build", "package", "publish"]).optional(),
});
const Project = z.strictObject({
  name: z
    .string()
    .min(2)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  metadata: z.strictObject({ template: z.string() }).optional(),
  requiredVersions: z.strictObject({ azd: z.string().regex(/^>= \d+\.\d+\.\d+$/) }),
  infra: z.strictObject({ provider: z.literal("bicep"), path: z.string(), module: z.string() }),
  services: z.record(z.string(), Service),
  hooks: beforeAndAfter(commands),
});

const document: unknown = parse(await readFile(join(ROOT, "azure.yaml"), "utf8"));
const project = Project.parse(document);
const main = await readTemplate("main.bicep");
const outputs = Object.keys(main.outputs ?? {});

describe("azure.yaml", () => {
  test("is a project that azd reads, of a version that has all of it", () => {
    expect(Project.safeParse(document).error?.issues).toBeUndefined();
    const [major = 0, minor = 0] = project.requiredVersions.azd.replace(">= ", "").split(".").map(Number);
    expect(major * 100 + minor).toBeGreaterThanOrEqual(120);
  });

  test("refuses a hook that azd does not run", () => {
    const hooks = { ...project.hooks, postprovisioned: { shell: "sh", run: "true" } };
    expect(Project.safeParse({ ...project, hooks }).success).toBe(false);
  });

  test("names a template, parameters and scripts that exist", async () => {
    const module = join(ROOT, project.infra.path, project.infra.module);
    for (const kind of [".bicep", ".bicepparam"]) await access(`${module}${kind}`, constants.R_OK);
    for (const { run } of Object.values(project.hooks).filter((one) => one !== undefined))
      await access(join(ROOT, run), constants.X_OK);
  });

  test("names services that the template tags, so that azd finds where to deploy to", async () => {
    const { predictedResources } = await readSnapshot("default");
    const tagged = predictedResources.flatMap((one) => {
      const { tags } = one as { readonly tags?: Readonly<Record<string, string>> };
      return tags?.["azd-service-name"] ?? [];
    });
    expect(tagged).toEqual(Object.keys(project.services));
    const group = predictedResources.find(({ type }) => type === "Microsoft.Resources/resourceGroups");
    expect(group).toMatchObject({ tags: { "azd-env-name": "mooring" } });
    expect(outputs).toContain("AZURE_RESOURCE_GROUP");
  });
});

/** Names that `azd` sets itself in the environment of hooks. */
const OF_AZD = { AZURE_ENV_NAME: "prod", AZURE_LOCATION: "westeurope", AZURE_SUBSCRIPTION_ID: ONE };
const VALUES: Readonly<Record<string, string>> = {
  MOORING_WATCHED: `${ONE} ${TWO}`,
  MOORING_HOME_SUBSCRIPTION: ONE,
};

/** Runs a hook as azd does, with the outputs of the compiled template and nothing else of this project. */
function runHook(run: string, cwd: string) {
  const given = Object.fromEntries(outputs.map((name) => [name, VALUES[name] ?? `value-of-${name}`]));
  const env = { ...given, ...OF_AZD, MOORING_CHECK_SECONDS: "0" };
  return runScript(relative(INFRA, join(ROOT, run)), { env, cwd, exists: INSTALLED });
}

describe.each([
  ["the project's folder", ROOT],
  ["the script's folder, as newer versions of azd do", INFRA],
])("in %s", (_, cwd) => {
  test.each(["postprovision", "postdeploy", "predown"])("azd can run the hook %s", async (hook) => {
    const { code, err, calls } = await runHook(project.hooks[hook]?.run ?? "", cwd);
    expect([code, err]).toEqual([0, ""]);
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.flat().filter((word) => word.includes("value-of-") && !word.includes("="))).toSatisfy(
      (words: string[]) => words.every((word) => outputs.includes(word.replace("value-of-", ""))),
    );
  });
});

test("what the hooks deploy exists, and has the parameters that it is given", async () => {
  const { calls } = await runHook(project.hooks["postdeploy"]?.run ?? "", ROOT);
  const deployments = calls.filter((call) => call[0] === "deployment");
  expect(deployments.length).toBe(2);
  const template = await readTemplate("events/watched.bicep");
  for (const call of deployments) {
    await access(call[call.indexOf("--template-file") + 1] ?? "", constants.R_OK);
    const given = call.flatMap((word) => /^(\w+)=/.exec(word)?.[1] ?? []);
    expect(given.filter((name) => template.parameters?.[name] === undefined)).toEqual([]);
    const required = Object.entries(template.parameters ?? {}).filter(([, one]) => !("defaultValue" in one));
    expect(required.map(([name]) => name).filter((name) => !given.includes(name))).toEqual([]);
  }
});

test("each variable that a script reads is an output, a setting of the parameters, or of the shell that runs it", async () => {
  const names = ["subscribe.sh", "withdraw.sh", "unwatch.sh", "remove.sh"];
  const texts = await Promise.all(names.map((name) => readFile(join(INFRA, name), "utf8")));
  const parameters = await readFile(join(INFRA, "main.bicepparam"), "utf8");
  const set = [...parameters.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name]) => name);
  const described = texts.flatMap((text) =>
    [...text.matchAll(/^# +(MOORING_[A-Z_, ]+)/gm)].flatMap(([, list = ""]) => list.split(/[, ]+/)),
  );
  const read = texts.flatMap((text) =>
    [...text.matchAll(/\$\{?((?:MOORING|AZURE)_\w+)/g)].map(([, name]) => name),
  );
  const known = [...outputs, ...set, ...described, ...Object.keys(OF_AZD), ...Object.keys(Settings.shape)];
  expect(read.length).toBeGreaterThan(8);
  expect(read.filter((name) => name !== undefined && !known.includes(name))).toEqual([]);
});

test("each parameter of main.bicep is set from the environment, or has a default", async () => {
  const set = [...(await readFile(join(INFRA, "main.bicepparam"), "utf8")).matchAll(/^param (\w+) = /gm)];
  const names = set.map(([, name = ""]) => name);
  const parameters = Object.entries(main.parameters ?? {});
  expect(parameters.filter(([name, one]) => !("defaultValue" in one) && !names.includes(name))).toEqual([]);
  const modules = await readModules();
  expect(modules.find(({ path }) => path === "main.bicep")?.template).toEqual(main);
});
