import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { toWork } from "../../shared/events/toWork.ts";
import { NEEDED_RIGHTS } from "../../shared/permissions/needed.ts";
import { parseSettings, Settings } from "../../shared/settings.ts";
import { QUEUES } from "../../shared/storage/queue.ts";
import {
  body,
  declared,
  INFRA,
  keysOf,
  literal,
  loadedFiles,
  modules,
  ofType,
  parse,
  readTemplates,
  syntaxErrors,
  valueOf,
} from "./bicep.ts";
import { undeclared } from "./names.ts";
import { misfits, resources, type Shape } from "./shape.ts";

const templates = await readTemplates();
const { types: published } = JSON.parse(
  await readFile(join(import.meta.dirname, "published.json"), "utf8"),
) as { types: Record<string, Shape> };
const textOf = (file: string) => templates.find((template) => template.file === file)?.text ?? "";
const rootOf = (file: string) => parse(textOf(file));

test("the grammar tells a template that is none", () => {
  expect(syntaxErrors(parse("resource a 'M/a@2020-01-01' = {\n  name: \n}\n"))).toEqual(["line 2: "]);
  expect(syntaxErrors(parse("param a string = 'a\n"))).not.toEqual([]);
  const typo =
    "param a string\nvar b = [for x in split(a, ','): { a: x, y: toUpperr(z) }]\noutput c string = '${b}${d}'\n";
  expect(undeclared(parse(typo))).toEqual(["line 2: toUpperr", "line 2: z", "line 3: d"]);
});

test("what is published tells a property that is none, one that lacks, and a value that is none", () => {
  const template = `resource a 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  name: 'x'
  properties: {
    destinations: {}
    eventDeliverySchema: 'Plain'
    destination: { endpointType: 'Fax' }
    provisioningState: 'Succeeded'
  }
}
resource b 'Microsoft.Web/sites@2024-11-01' = { properties: { functionAppConfig: { runtime: { nam: 'node' } } } }
`;
  const found = resources(parse(template)).map(({ type, body: made }) =>
    misfits(made, published[type] ?? {}),
  );
  expect(found).toEqual([
    [
      ".properties.destinations: is no property",
      ".properties.eventDeliverySchema: Plain is none of EventGridSchema, CustomInputSchema, CloudEventSchemaV1_0",
      ".properties.destination: endpointType is not said, or unknown",
      ".properties.provisioningState: is read-only",
    ],
    [
      ".properties.functionAppConfig.runtime.nam: is no property",
      ".name: is required",
      ".location: is required",
    ],
  ]);
});

describe.each(templates.map((template) => [template.file, template] as const))(
  "%s",
  (file, { root, text }) => {
    const folder = dirname(join(INFRA, file));

    test("is Bicep", () => expect(syntaxErrors(root)).toEqual([]));

    test("says what each parameter and output is", () => {
      const all = [...declared(root, "parameter_declaration"), ...declared(root, "output_declaration")];
      expect(all.filter(({ isDescribed }) => !isDescribed)).toEqual([]);
    });

    test("names only files that are there", () => {
      const named = [...modules(root).map(({ path }) => path), ...loadedFiles(root)];
      expect(named.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
    });

    test("gives each module what it needs, and nothing that it does not know", () => {
      const problems = modules(root).flatMap(({ name, path, parameters }) => {
        const known = declared(rootOf(relative(INFRA, join(folder, path))), "parameter_declaration");
        const unknown = parameters.filter((given) => !known.some((one) => one.name === given));
        const missing = known.filter((one) => one.isRequired && !parameters.includes(one.name));
        return [
          ...unknown.map((given) => `${name}: ${given} is no parameter of ${path}`),
          ...missing.map((one) => `${name}: ${path} needs ${one.name}`),
        ];
      });
      expect(problems).toEqual([]);
    });

    test("uses only names that something declares", () => expect(undeclared(root)).toEqual([]));

    test("gives resources what Azure publishes that they have", () => {
      const problems = resources(root).flatMap(({ type, body: declaredBody }) => {
        const shape = published[type];
        const found = shape ? misfits(declaredBody, shape) : ["not in published.json: run takePublished.ts"];
        return found.map((problem) => `${type} ${problem}`);
      });
      expect(problems).toEqual([]);
    });

    test("takes from modules only outputs that they have", () => {
      const paths = new Map(modules(root).map(({ name, path }) => [name, path]));
      const taken = [...text.matchAll(/\b(\w+)!?(?:\[[^\]]*\])?\.outputs\.(\w+)/g)];
      const missing = taken.filter(([, module = "", output]) => {
        const path = paths.get(module);
        if (path === undefined) return true;
        const outputs = declared(rootOf(relative(INFRA, join(folder, path))), "output_declaration");
        return !outputs.some(({ name }) => name === output);
      });
      expect(missing.map(([found]) => found)).toEqual([]);
    });

    test("uses every parameter and variable", () => {
      const names = [
        ...declared(root, "parameter_declaration").map(({ name }) => name),
        ...ofType(root, "variable_declaration").map((node) => node.namedChild(0)?.text ?? ""),
      ];
      const uses = (name: string) => ofType(root, "identifier").filter((node) => node.text === name).length;
      const unused = file.endsWith(".bicepparam") ? [] : names.filter((name) => uses(name) < 2);
      expect(unused).toEqual([]);
    });

    test("has no key and no secret in it", () => {
      expect(text).not.toMatch(
        /listKeys|listAccountSas|listServiceSas|AccountKey=|SharedAccessSignature|DefaultEndpointsProtocol/i,
      );
      const keys = /allowSharedKeyAccess: true/.test(text);
      expect(keys).toBe(file === "app/deadLetters.bicep");
    });
  },
);

test("main.bicepparam sets parameters of main.bicep, and those that are required", () => {
  const set = ofType(rootOf("main.bicepparam"), "variable_declaration").map(
    (node) => node.namedChild(0)?.text ?? "",
  );
  const known = declared(rootOf("main.bicep"), "parameter_declaration");
  expect(set.filter((name) => !known.some((one) => one.name === name))).toEqual([]);
  expect(known.filter(({ name, isRequired }) => isRequired && !set.includes(name))).toEqual([]);
});

describe("what is deployed is what the app knows", () => {
  // https://learn.microsoft.com/azure/azure-functions/functions-app-settings
  const PLATFORM = [
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "AZURE_CLIENT_ID",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
  ];
  const app = rootOf("app/functionApp.bicep");
  const resource = ofType(app, "resource_declaration").find(
    (node) => node.namedChild(0)?.text === "appSettings",
  );
  const own = ofType(valueOf(body(resource!), "properties")!, "object").flatMap(keysOf);
  const main = ofType(rootOf("main.bicep"), "module_declaration").find(
    (node) => node.namedChild(0)?.text === "app",
  );
  const given = ofType(valueOf(valueOf(body(main!), "params"), "settings")!, "object").flatMap(keysOf);

  test("each setting is one of Mooring's or of the platform's", () => {
    const names = [...own, ...given];
    expect(names.length).toBeGreaterThan(6);
    const known = [...Object.keys(Settings.shape), ...PLATFORM];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  test("and with them the app starts", () => {
    const values: Record<string, string> = {
      MOORING_SUBSCRIPTIONS: "00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000002",
      MOORING_APP_URL: "https://mooring.azurewebsites.net",
      MOORING_APP_ID: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/mooring",
    };
    const env = Object.fromEntries([...own, ...given].map((name) => [name, values[name] ?? "mooring"]));
    expect(parseSettings(env)).toMatchObject({ AzureWebJobsStorage__accountName: "mooring" });
  });

  test("the app knows where it is: the doctor within it checks its door, and that events go to it", () => {
    expect(own).toEqual(expect.arrayContaining(["MOORING_APP_URL", "MOORING_APP_ID"]));
  });

  test("no setting is one that Flex Consumption takes from functionAppConfig", () => {
    const REFUSED =
      /^(FUNCTIONS_(EXTENSION_VERSION|WORKER_RUNTIME|WORKER_PROCESS_COUNT)|WEBSITE_(RUN_FROM_PACKAGE|NODE_DEFAULT_VERSION|CONTENT.*|MAX_DYNAMIC_.*)|AzureWebJobsStorage)$/;
    expect([...own, ...given].filter((name) => REFUSED.test(name))).toEqual([]);
  });

  test("the queues are those of the app", () => {
    const queues = ofType(rootOf("app/storage.bicep"), "variable_declaration").find(
      (node) => node.namedChild(0)?.text === "queues",
    );
    expect(ofType(queues!, "string").map(literal)).toEqual([...QUEUES]);
  });

  test("the events are those that make work", () => {
    const operations = ofType(rootOf("events/topic.bicep"), "variable_declaration").find(
      (node) => node.namedChild(0)?.text === "operations",
    );
    const prefixes = ofType(operations!, "string").map(literal);
    const work = (type: string) => {
      const [provider = "", ...types] = type.split("/");
      const id = `/subscriptions/s/resourceGroups/g/providers/${provider}/${types.map((one) => `${one}/x`).join("/")}`;
      return toWork({
        id: "e",
        type: "Microsoft.Resources.ResourceWriteSuccess",
        resourceId: id,
        operationName: "",
        correlationId: "",
        atUtc: "",
        caller: "",
      });
    };
    for (const prefix of prefixes) expect([prefix, work(prefix.slice(0, -1))]).not.toEqual([prefix, []]);
    for (const type of [
      "Microsoft.Network/virtualNetworks/subnets",
      "Microsoft.Network/privateLinkServices/privateEndpointConnections",
    ]) {
      expect(work(type)).not.toEqual([]);
      expect(prefixes.some((prefix) => `${type}/write`.startsWith(prefix))).toBe(true);
    }
    expect(work("Microsoft.Compute/virtualMachines")).toEqual([]);
  });

  test("the function that events go to is there", () =>
    expect(existsSync(join(INFRA, "../functions/onResourceEvent.ts"))).toBe(
      textOf("events/topic.bicep").includes("/functions/onResourceEvent'"),
    ));

  test("only roles that enforce a mode may write, and only sweep may delete", async () => {
    const roles = JSON.parse(await readFile(join(INFRA, "roles.json"), "utf8")) as Record<
      string,
      { actions: string[] }
    >;
    expect(Object.keys(roles)).toEqual(NEEDED_RIGHTS.map(({ role }) => role));
    expect(
      Object.entries(roles)
        .filter(([, { actions }]) => actions.some((action) => action.endsWith("/delete")))
        .map(([role]) => role),
    ).toEqual(["sweep"]);
    expect(roles["reader"]?.actions.filter((action) => !action.endsWith("/read"))).toEqual([]);
    const all = Object.values(roles).flatMap(({ actions }) => actions);
    expect(
      all.filter((action) => !/^Microsoft\.\w+(\/\w+)+\/(read|write|delete|action)$/.test(action)),
    ).toEqual([]);
  });
});

test("every file of infra/ is used", async () => {
  const files = await Array.fromAsync(glob(join(INFRA, "**/*.*")));
  const used = templates.flatMap(({ file, root }) => {
    const folder = dirname(join(INFRA, file));
    return [...modules(root).map(({ path }) => path), ...loadedFiles(root)].map((path) => join(folder, path));
  });
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
  ];
  const unused = files.filter((file) => !used.includes(file) && !entries.includes(relative(INFRA, file)));
  expect(unused).toEqual([]);
});
