import { execFile } from "node:child_process";
import { access, constants, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { misnamed } from "../../shared/core/settingNames.ts";
import { Settings } from "../../shared/core/settings.ts";
import { after, changes, INSTALLED, ONE, OUTPUTS, runScript, TWO } from "./azStub.ts";
import { INFRA, readTemplate } from "./compiled.ts";

const ROOT = join(INFRA, "..");
const SCRIPTS = ["subscribe.sh", "withdraw.sh", "unwatch.sh", "remove.sh"];
const SOURCED = ["azure.sh", "unwatching.sh"];

const given = (call: readonly string[]) =>
  Object.fromEntries(
    call.filter((word) => /^\w+=/.test(word)).map((word) => word.split(/=(.*)/s).slice(0, 2)),
  );

/** The rows that a query of the scripts selects: comparisons and the functions starts_with and ends_with, joined by &&. */
function select(query: string, rows: readonly Readonly<Record<string, string>>[]): (string | undefined)[] {
  const [, condition = "", column = ""] = /^\[\?(.*)\]\.(\w+)$/.exec(query) ?? [];
  const terms = condition.split(" && ").map((term) => {
    const [, word, name = "", value = ""] =
      /^(\w+)\((\w+), '(.*)'\)$/.exec(term) ?? /^()(\w+) != '(.*)'$/.exec(term) ?? [];
    if (word === undefined) throw new Error(`a query that this test cannot read: ${term}`);
    return { word, name, value };
  });
  return rows
    .filter((row) => terms.every(({ word, name, value }) => holds(word, row[name] ?? "", value)))
    .map((row) => row[column]);
}

function holds(word: string, actual: string, value: string): boolean {
  if (word === "starts_with") return actual.startsWith(value);
  return word === "ends_with" ? actual.endsWith(value) : actual !== value;
}

describe("subscribe.sh", () => {
  const deployments = async (options: Parameters<typeof runScript>[1]) => {
    const ended = await runScript("subscribe.sh", options);
    return { ...ended, calls: ended.calls.filter((call) => call[0] === "deployment") };
  };

  test("deploys the events of each watched subscription, into an existing topic if one is named", async () => {
    const { code, calls, out } = await deployments({
      env: { ...OUTPUTS, MOORING_EXISTING_TOPICS: `${TWO}=rg-other/their-topic` },
    });
    expect([code, calls.map((call) => after(call, "--subscription"))]).toEqual([0, [ONE, TWO]]);
    expect(calls.map(given)).toEqual(
      [
        ["", ""],
        ["rg-other", "their-topic"],
      ].map(([existingTopicGroup, existingTopic]) => ({
        environmentName: "prod",
        location: "westeurope",
        appId: OUTPUTS.MOORING_APP_ID,
        deadLetterAccountId: "/dead",
        actionGroups: "/group/a /group/b",
        existingTopicGroup,
        existingTopic,
      })),
    );
    for (const call of calls) await access(after(call, "--template-file") ?? "", constants.R_OK);
    expect(out).toBe([ONE, TWO].map((one) => `Mooring gets the events of subscription ${one}.\n`).join(""));
  });

  test("passes only parameters that the template has", async () => {
    const { calls } = await deployments({});
    const known = Object.keys((await readTemplate("events/watched.bicep")).parameters ?? {});
    expect(Object.keys(given(calls[0] ?? [])).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("reads each event subscription back, in the topic that the template names", async () => {
    const { calls } = await runScript("subscribe.sh", {
      env: { ...OUTPUTS, MOORING_EXISTING_TOPICS: `${TWO}=rg-other/their-topic` },
    });
    const reads = calls.filter((call) => call[0] === "eventgrid");
    expect(
      reads.map((call) => [after(call, "--resource-group"), after(call, "--system-topic-name")]),
    ).toEqual([
      ["rg-prod-events", "evgst-prod"],
      ["rg-other", "their-topic"],
    ]);
    const template = await readFile(join(INFRA, "events/topic.bicep"), "utf8");
    expect(template).toContain("'evgst-${environmentName}'");
    expect(template).toContain("name: 'mooring-${environmentName}'");
  });

  test("retries until the function is available, as often as configured", async () => {
    const first = `if [ "$1" = deployment ] && [ "$(wc -l < ../calls)" -le 3 ]; then exit 1; fi`;
    expect(await deployments({ first, env: { ...OUTPUTS, MOORING_WATCHED: ONE } })).toMatchObject({
      code: 0,
      calls: { length: 3 },
    });
  });

  test("stops when the retries are used up, with what is left, and does not go on to the next", async () => {
    const { code, err, calls } = await deployments({
      first: `[ "$1" = deployment ] && exit 1`,
      env: { ...OUTPUTS, MOORING_TRIES: "3" },
    });
    expect([code, calls.length]).toEqual([1, 3]);
    expect(err).toContain(`Mooring gets no events of subscription ${ONE}: the deployment failed 3 times`);
    expect(err).toContain(
      `Not done:\n  - the events of subscription ${ONE}\n  - the events of subscription ${TWO}\n`,
    );
  });

  test("is partly done when a later subscription fails", async () => {
    const { code, err } = await deployments({
      first: `case "$1 $*" in "deployment "*"--subscription ${TWO}"*) exit 1 ;; esac`,
      env: { ...OUTPUTS, MOORING_TRIES: "1" },
    });
    expect(code).toBe(3);
    expect(err).toContain(`Not done:\n  - the events of subscription ${TWO}\n`);
  });

  test("stops when the event subscription is not provisioned", async () => {
    const { code, out, err } = await deployments({
      first: `[ "$1" = eventgrid ] && { echo Failed; exit; }`,
      env: { ...OUTPUTS, MOORING_CHECKS: "2" },
    });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(
      `the event subscription in subscription ${ONE} is not provisioned (az answers: Failed)`,
    );
  });

  test("names the variable that it needs", async () => {
    const { MOORING_APP_ID: _, ...env } = OUTPUTS;
    const { code, err, calls } = await runScript("subscribe.sh", { env });
    expect([code, calls]).toEqual([2, []]);
    expect(err).toBe("subscribe.sh: MOORING_APP_ID is not set: id of the function app.\n");
  });
});

describe("remove.sh", () => {
  test("removes events, role assignments, roles and the registration, in an order that works", async () => {
    const ended = await runScript("remove.sh", { exists: INSTALLED });
    expect(ended).toMatchObject({ code: 0, err: "", left: [] });
    const inEach = (subscription: string) => [
      `group delete --yes --subscription ${subscription} --name rg-prod-events --only-show-errors`,
      ...["a", "b"].map(
        (id) => `role assignment delete --subscription ${subscription} --ids ${id} --only-show-errors`,
      ),
    ];
    const role = (id: string) =>
      `role definition delete --subscription ${ONE} --custom-role-only true --name ${id} --only-show-errors`;
    expect(changes(ended)).toEqual([
      ...inEach(ONE),
      ...inEach(TWO),
      role("1"),
      role("2"),
      "ad app delete --id client --only-show-errors",
    ]);
  });

  test("keeps a topic that existed before, and removes its event subscription and the alerts beside it", async () => {
    const template = await readFile(join(INFRA, "events/topic.bicep"), "utf8");
    const [, losses = ""] = /^var losses = \[(.*)\]$/m.exec(template) ?? [];
    const names = losses.split(", ").map((metric) => `mooring-prod-${metric.replaceAll("'", "")}`);
    expect(names.length).toBeGreaterThan(1);
    const ended = await runScript("remove.sh", {
      exists: ["eventsub-mooring-prod", ...names.map((name) => `alert-${name}`)],
      env: { ...OUTPUTS, MOORING_WATCHED: TWO, MOORING_EXISTING_TOPICS: `${TWO}=rg-other/their-topic` },
    });
    expect(ended).toMatchObject({ code: 0, left: [] });
    const place = `--subscription ${TWO} --resource-group rg-other`;
    expect(changes(ended)).toEqual([
      `eventgrid system-topic event-subscription delete --yes ${place} --system-topic-name their-topic --name mooring-prod --only-show-errors`,
      ...names.map((name) => `monitor metrics alert delete ${place} --name ${name} --only-show-errors`),
    ]);
    const queries = ended.calls.map((call) => call.join("|"));
    for (const name of names) expect(queries.some((query) => query.includes(`name=='${name}'`))).toBe(true);
  });

  test("may be run again when nothing is left", async () => {
    const ended = await runScript("remove.sh");
    expect([ended.code, changes(ended)]).toEqual([0, []]);
  });

  test("lists role assignments without Microsoft Graph", async () => {
    const { calls } = await runScript("remove.sh", { exists: INSTALLED });
    const lists = calls.filter((call) => call.slice(0, 3).join(" ") === "role assignment list");
    expect(lists.length).toBeGreaterThan(1);
    for (const call of lists)
      expect([after(call, "--assignee-object-id"), after(call, "--fill-principal-name")]).toEqual([
        "principal",
        "false",
      ]);
  });
});

describe("remove.sh after a first azd up that failed, without outputs", () => {
  const env = { AZURE_ENV_NAME: "prod", AZURE_SUBSCRIPTION_ID: ONE, MOORING_SUBSCRIPTIONS: `${ONE},${TWO}` };

  test("lets azd down go on when Azure shows that nothing is left", async () => {
    const ended = await runScript("remove.sh", { env });
    expect(ended).toMatchObject({
      code: 0,
      out: "Nothing of installation prod exists outside its resource group: there is nothing to remove.\n",
    });
    expect(ended.calls.map((call) => call.slice(0, 2).join(" "))).toEqual([
      "account show",
      "group exists",
      "role assignment",
      "group exists",
      "role assignment",
      "role definition",
      "ad app",
    ]);
  });

  test.each(["group-" + TWO, `assignment-${TWO}-a`, "role-1", "app-client"])(
    "stops it when %s would be left, and prints how to delete it",
    async (thing) => {
      const ended = await runScript("remove.sh", { env, exists: [thing] });
      expect(ended).toMatchObject({ code: 1, out: "", left: [thing] });
      expect(ended.err).toMatch(/Not done:\n {2}- .*; delete it with: az .* delete .*\n/);
      expect(ended.err).toContain("run azd provision until it succeeds");
      expect(changes(ended)).toEqual([]);
    },
  );

  test("does not ask for registrations where the deployment creates none", async () => {
    const ended = await runScript("remove.sh", {
      env: { ...env, MOORING_SIGN_IN: "closed" },
      exists: ["app-other"],
    });
    expect(ended.code).toBe(0);
  });

  test("needs the subscription", async () => {
    const ended = await runScript("remove.sh", { env: { AZURE_ENV_NAME: "prod" } });
    expect([ended.code, ended.calls]).toEqual([2, []]);
    expect(ended.err).toContain("MOORING_HOME_SUBSCRIPTION or AZURE_SUBSCRIPTION_ID");
  });
});

describe("unwatch.sh", () => {
  test("removes Mooring from the subscriptions that are named, and from no other", async () => {
    const exists = [`group-${TWO}`, `assignment-${TWO}-a`, `group-${ONE}`];
    const ended = await runScript("unwatch.sh", { exists, args: [TWO] });
    expect(ended).toMatchObject({ code: 0, left: [`group-${ONE}`] });
    expect(ended.calls.some((call) => call.join(" ").includes(ONE))).toBe(false);
  });

  test("prints its usage", async () => {
    const { code, err, calls } = await runScript("unwatch.sh");
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(err).toBe("Usage: unwatch.sh SUBSCRIPTION…\n");
  });
});

describe("withdraw.sh", () => {
  const rows = [
    ...["reader", "pls", "sweep"].map((role) => ({
      roleDefinitionName: `Mooring ${role} (prod)`,
      id: role,
    })),
    { roleDefinitionName: "Mooring pls (test)", id: "test" },
    { roleDefinitionName: "Contributor", id: "contributor" },
  ];
  const env = { ...OUTPUTS, MOORING_WATCHED: TWO };

  test.each([
    ["pls", ["sweep"]],
    ["pls,sweep", []],
    ["connections", ["pls", "sweep"]],
    ["", ["pls", "sweep"]],
  ])(
    "selects what MOORING_ENFORCE does not name, here '%s'; never the reader, nor what others assigned",
    async (enforce, superfluous) => {
      const { calls } = await runScript("withdraw.sh", { env: { ...env, MOORING_ENFORCE: enforce } });
      const [query = ""] = calls.map((call) => after(call, "--query")).filter((one) => one?.startsWith("[?"));
      expect(select(query, rows)).toEqual(superfluous);
    },
  );

  test("deletes what is selected, in each watched subscription, and reads back that it is deleted", async () => {
    const exists = [`assignment-${ONE}-a`, `assignment-${TWO}-b`, "assignment-other-c"];
    const ended = await runScript("withdraw.sh", { exists });
    expect(ended).toMatchObject({ code: 0, left: ["assignment-other-c"] });
  });
});

test("variables of the scripts are outputs of main.bicep or set by azd", async () => {
  const outputs = Object.keys((await readTemplate("main.bicep")).outputs ?? {});
  for (const script of SCRIPTS) {
    const text = await readFile(join(INFRA, script), "utf8");
    const needed = [...text.matchAll(/^need (\w+)/gm)].map(([, name]) => name);
    expect(needed).toContain("AZURE_ENV_NAME");
    expect(needed.filter((name) => ![...outputs, "AZURE_ENV_NAME"].includes(name ?? ""))).toEqual([]);
  }
});

describe("docs/platform/deploy.md", async () => {
  const text = await readFile(join(ROOT, "docs/platform/deploy.md"), "utf8");
  const parameters = await readFile(join(INFRA, "main.bicepparam"), "utf8");
  const variables = [...parameters.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(
    ([, name = ""]) => name,
  );

  test("has shell in its blocks that are shell, and so has the runbook", async () => {
    const runbook = await readFile(join(ROOT, "docs/platform/alerts.md"), "utf8");
    const blocks = [...`${text}\n${runbook}`.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block);
    expect(blocks.length).toBeGreaterThan(20);
    const shell = (block: string) =>
      new Promise<string>((resolve) =>
        execFile("sh", ["-n", "-c", block], (_, __, problem) => resolve(problem)),
      );
    expect(await Promise.all(blocks.map(shell))).toEqual(blocks.map(() => ""));
  });

  test("lists every variable of the parameters, with its default", () => {
    const rows = new Map(
      [...text.matchAll(/^\| `((?:MOORING|AZURE)_\w+)` +\| (.+?) +\|/gm)].map(
        ([, name = "", preset = ""]) => [name, preset],
      ),
    );
    expect(variables.filter((name) => !rows.has(name) && name !== "AZURE_PRINCIPAL_ID")).toEqual([]);
    const presets = [...parameters.matchAll(/readEnvironmentVariable\('(\w+)', '([^']+)'\)/g)];
    expect(presets.length).toBeGreaterThan(5);
    for (const [, name = "", preset] of presets)
      expect([name, rows.get(name)]).toEqual([name, `\`${preset}\``]);
  });

  test("names only variables that something reads or gives", async () => {
    const outputs = Object.keys((await readTemplate("main.bicep")).outputs ?? {});
    const scripts = await Promise.all(
      [...SCRIPTS, ...SOURCED].map((name) => readFile(join(INFRA, name), "utf8")),
    );
    const read = scripts.flatMap((script) => [...script.matchAll(/MOORING_\w+/g)].map(([name]) => name));
    const known = [...variables, ...outputs, ...read, ...Object.keys(Settings.shape)];
    const named = [...text.matchAll(/\b(?:MOORING|AZURE)_\w+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    // The app would not report one of them as a misspelt setting.
    const env = Object.fromEntries(named.map((name) => [name, "x"]));
    expect(misnamed(env, Object.keys(Settings.shape)).filter(({ meant }) => meant !== undefined)).toEqual([]);
  });
});

test("azure.yaml names what is there", async () => {
  const project = parse(await readFile(join(ROOT, "azure.yaml"), "utf8"));
  const [[name, service]] = Object.entries<any>(project.services) as [[string, any]];
  expect(service.hooks.prepackage.run).toBe(`npm run mooring -- deploy package --write ${service.dist}`);
  const app = await readFile(join(INFRA, "app/functionApp.bicep"), "utf8");
  expect(app).toContain(`'azd-service-name': '${name}'`);
  for (const { run } of Object.values<any>(project.hooks)) await access(join(ROOT, run), constants.X_OK);
  for (const kind of [".bicep", ".bicepparam"])
    await access(join(ROOT, project.infra.path, `${project.infra.module}${kind}`), constants.R_OK);
});
