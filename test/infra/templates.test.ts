import { glob, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { SCENARIOS } from "../../dev/tools/infra/scenarios.ts";
import { calls, INFRA, readModules, readSnapshot, type Module, type Template } from "./compiled.ts";

const modules = await readModules();

test("an expression is read into its calls", () => {
  expect(calls("[guid(subscription().id, parameters('a,(b'), format('{0}', x('it''s')))]")).toEqual([
    { name: "guid", args: ["subscription().id", "parameters('a,(b')", "format('{0}', x('it''s'))"] },
    { name: "subscription", args: [] },
    { name: "parameters", args: ["'a,(b'"] },
    { name: "format", args: ["'{0}'", "x('it''s')"] },
    { name: "x", args: ["'it''s'"] },
  ]);
});

/** Why an output may hold a secret. */
function secretOutputs({ parameters = {}, outputs = {} }: Template): readonly string[] {
  const isSecure = (type = "") => /^secure/i.test(type);
  const secure = Object.entries(parameters).flatMap(([name, { type }]) =>
    isSecure(type) ? [`parameters('${name}')`] : [],
  );
  return Object.entries(outputs).flatMap(([name, { type = "", value, copy }]) => {
    const text = JSON.stringify(value ?? copy);
    const lists = calls(text).filter((call) => /^list[A-Z]/.test(call.name));
    const named = /key|secret|password|connectionstring|sastoken|credential/i.exec(`${name} ${text}`);
    const why = [isSecure(type) && "is secure", ...lists.map((call) => call.name), named?.[0]];
    const given = secure.filter((one) => text.includes(one));
    return [...why, ...given].filter((one) => typeof one === "string").map((one) => `${name}: ${one}`);
  });
}

test("a secret in an output is found, by whichever way it comes there", () => {
  const output = (value: string, type = "string") => ({ type, value });
  const template: Template = {
    $schema: "",
    parameters: { settings: { type: "secureObject" } },
    resources: {},
    outputs: {
      listed: output("[listAccountSas('x', '2025-01-01').accountSasToken]"),
      read: output("[reference('component').ConnectionString]"),
      given: output("[parameters('settings').url]"),
      marked: output("x", "securestring"),
      harmless: output("[reference('app').id]"),
    },
  };
  expect(secretOutputs(template).map((line) => line.split(":")[0])).toEqual([
    "listed",
    "listed",
    "read",
    "given",
    "marked",
  ]);
});

/** Secure parameters that a module hands on to a parameter that is not secure, which a deployment keeps in its history. */
function leakedParameters(outer: Template, { path, given, template }: Module): readonly string[] {
  const secure = Object.entries(outer.parameters ?? {}).filter(([, { type }]) => /^secure/i.test(type ?? ""));
  return Object.entries(given).flatMap(([name, value]) => {
    const isHanded = secure.some(([one]) => JSON.stringify(value).includes(`parameters('${one}')`));
    const isSafe = /^secure/i.test(template.parameters?.[name]?.type ?? "");
    return isHanded && !isSafe ? [`${path}: ${name}`] : [];
  });
}

describe.each(modules.map((module) => [module.path, module] as const))("%s", (path, module) => {
  const { template } = module;

  test("describes each parameter and output", () => {
    const all = Object.entries({ ...template.parameters, ...template.outputs });
    expect(all.filter(([, { metadata }]) => !metadata?.description).map(([name]) => name)).toEqual([]);
  });

  test("has no secret in an output", () => expect(secretOutputs(template)).toEqual([]));

  test("hands secure parameters only to secure parameters", () => {
    const outer = modules.find((one) => one.path === path.split("/").slice(0, -1).join("/"));
    expect(outer ? leakedParameters(outer.template, module) : []).toEqual([]);
  });

  test("reads no key", () => {
    const own = { ...template, resources: Object.values(template.resources).filter((one) => !isModule(one)) };
    const names = calls(JSON.stringify(own)).map(({ name }) => name);
    expect(names.filter((name) => /^list[A-Z]/.test(name))).toEqual([]);
    const text = JSON.stringify(own);
    expect(text).not.toMatch(/AccountKey=|SharedAccessSignature|DefaultEndpointsProtocol/i);
    expect(/"allowSharedKeyAccess":true/.test(text)).toBe(path === "main.bicep/deadLetterStorage");
  });

  test("gives the same names in each deployment", () => {
    const names = calls(JSON.stringify(template)).map(({ name }) => name);
    expect(
      names.filter((name) => /^(newGuid|utcNow|deployment)$/.test(name) && !isLocation(template, name)),
    ).toEqual([]);
  });
});

function isModule({ type }: { readonly type: string }): boolean {
  return type === "Microsoft.Resources/deployments";
}

/** A nested deployment at a subscription is kept where the outer one is. */
function isLocation(template: Template, name: string): boolean {
  const rest = JSON.stringify(template).replaceAll('"location":"[deployment().location]"', "");
  return name === "deployment" && !rest.includes("deployment()");
}

describe.each(SCENARIOS.map(({ name }) => name))("the deployment %s", async (name) => {
  const { predictedResources } = await readSnapshot(name);

  test("creates no resource twice", () => {
    const ids = predictedResources.flatMap(({ id }) => (id ? [id.toLowerCase()] : []));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(predictedResources.length).toBeGreaterThan(2);
  });

  test("has names that Azure takes", () => {
    const accounts = predictedResources.filter(({ type }) => type === "Microsoft.Storage/storageAccounts");
    expect(accounts.filter((account) => !/^[a-z0-9]{3,24}$/.test(account.name ?? ""))).toEqual([]);
    const apps = predictedResources.filter(({ type }) => type === "Microsoft.Web/sites");
    expect(apps.filter((app) => !/^[a-z0-9-]{2,60}$/.test(app.name ?? ""))).toEqual([]);
  });
});

test("the redundancy of storage is that of MOORING_STORAGE_REDUNDANCY", async () => {
  const skus = async (name: string) =>
    (await readSnapshot(name)).predictedResources
      .filter((one) => one.type === "Microsoft.Storage/storageAccounts")
      .map((one) => [one.name?.replace(/[a-z0-9]{13}$/, ""), (one as { sku?: { name: string } }).sku?.name]);
  expect(Object.fromEntries(await skus("default"))).toMatchObject({ stmooring: "Standard_ZRS" });
  expect(Object.fromEntries(await skus("private"))).toMatchObject({ stmooring: "Standard_GZRS" });
});

test("a suppressed warning has its reason in the line above", async () => {
  const files = await Array.fromAsync(glob("**/*.{bicep,bicepparam}", { cwd: INFRA }));
  const lines = await Promise.all(
    files.map(async (file) => (await readFile(join(INFRA, file), "utf8")).split("\n")),
  );
  const bare = lines.flatMap((text) =>
    text.filter((line, index) => /^\s*#disable/.test(line) && !/^\s*\/\/ \w/.test(text[index - 1] ?? "")),
  );
  expect(bare).toEqual([]);
});

test("every file of infra/ is used", async () => {
  const files = await Array.fromAsync(glob(join(INFRA, "**/*.*")));
  const sources = files.filter((file) => file.endsWith(".bicep"));
  const texts = await Promise.all(sources.map(async (file) => [file, await readFile(file, "utf8")] as const));
  const used = texts.flatMap(([file, text]) =>
    [...text.matchAll(/^module \w+ '([^']+)'|load\w+Content\('([^']+)'\)/gm)].map(([, module, loaded]) =>
      join(file, "..", module ?? loaded ?? ""),
    ),
  );
  const entries = [
    "main.bicep",
    "main.bicepparam",
    "bicepconfig.json",
    "events/watched.bicep",
    "roles/managementGroup.bicep",
    "subscribe.sh",
    "withdraw.sh",
    "unwatch.sh",
    "remove.sh",
    // Sourced by the scripts.
    "azure.sh",
    "unwatching.sh",
  ];
  const unused = files.filter((file) => !used.includes(file) && !entries.includes(relative(INFRA, file)));
  expect(unused).toEqual([]);
});
