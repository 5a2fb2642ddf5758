import { execFile } from "node:child_process";
import { access, chmod, constants, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { misnamed } from "../../shared/settingNames.ts";
import { Settings } from "../../shared/settings.ts";
import { declared, INFRA, parse as parseBicep } from "./bicep.ts";

const ROOT = join(INFRA, "..");
const [ONE, TWO] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
const SCRIPTS = ["subscribe.sh", "withdraw.sh", "unwatch.sh", "remove.sh"];
const OUTPUTS = {
  AZURE_ENV_NAME: "prod",
  AZURE_LOCATION: "westeurope",
  MOORING_HOME_SUBSCRIPTION: ONE,
  MOORING_PRINCIPAL_ID: "principal",
  MOORING_APP_ID: "/subscriptions/s/resourceGroups/rg-prod/providers/Microsoft.Web/sites/func",
  MOORING_WATCHED: `${ONE} ${TWO}`,
  MOORING_DEAD_LETTER_ACCOUNT: "/dead",
  MOORING_ACTION_GROUPS: "/group/a /group/b",
  MOORING_REGISTRATION: "client",
  MOORING_WAIT_SECONDS: "0",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-az-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a script of `infra/` with an `az` that keeps its arguments, one call a line, and answers as `script` says. */
async function run(name: string, script = "", env: Record<string, string> = OUTPUTS, args: string[] = []) {
  const az = join(folder, "az");
  await writeFile(az, `#!/bin/sh\nIFS='|'; echo "$*" >> "${folder}/calls"; IFS=' '\n${script}\n`);
  await chmod(az, 0o755);
  const options = { env: { PATH: `${folder}${delimiter}${process.env["PATH"]}`, ...env } };
  const ended = await new Promise<{ code: number; err: string }>((resolve) =>
    execFile(join(INFRA, name), args, options, (error, _, err) =>
      resolve({ code: error ? Number(error.code) : 0, err }),
    ),
  );
  const calls = await readFile(join(folder, "calls"), "utf8").catch(() => "");
  return {
    ...ended,
    calls: calls
      .trimEnd()
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("|")),
  };
}

const after = (call: readonly string[], option: string) => call[call.indexOf(option) + 1];
const given = (call: readonly string[]) =>
  Object.fromEntries(
    call.filter((word) => /^\w+=/.test(word)).map((word) => word.split(/=(.*)/s).slice(0, 2)),
  );

describe("subscribe.sh", () => {
  test("deploys the events of each watched subscription, into a topic that is there if one is named", async () => {
    const { code, calls } = await run("subscribe.sh", "", {
      ...OUTPUTS,
      MOORING_EXISTING_TOPICS: `${TWO}=rg-other/their-topic`,
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
  });

  test("hands over only parameters that the template has", async () => {
    const { calls } = await run("subscribe.sh");
    const template = await readFile(join(INFRA, "events/watched.bicep"), "utf8");
    const known = declared(parseBicep(template), "parameter_declaration").map(({ name }) => name);
    expect(Object.keys(given(calls[0] ?? [])).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("waits for the function to be there, as often as it was told", async () => {
    const twice = `[ "$(wc -l < "${folder}/calls")" -gt 2 ]`;
    expect(await run("subscribe.sh", twice, { ...OUTPUTS, MOORING_WATCHED: ONE })).toMatchObject({
      code: 0,
      calls: { length: 3 },
    });
  });

  test("gives up in words, and does not go on to the next", async () => {
    const { code, err, calls } = await run("subscribe.sh", "exit 1", { ...OUTPUTS, MOORING_TRIES: "3" });
    expect([code, calls.length]).toEqual([1, 3]);
    expect(err).toContain(`The events of subscription ${ONE} do not go to Mooring`);
  });

  test("says what it needs", async () => {
    const { MOORING_APP_ID: _, ...rest } = OUTPUTS;
    const { code, err, calls } = await run("subscribe.sh", "", rest);
    expect([code === 0, calls]).toEqual([false, []]);
    expect(err).toContain("MOORING_APP_ID: id of the function app");
  });
});

describe("remove.sh", () => {
  const answers = `case "$1 $2 $3" in
  "group exists "*) echo true ;;
  "role assignment list") echo /assignment/1; echo /assignment/2 ;;
  "role definition list") echo role-1; echo role-2 ;;
esac`;

  test("takes events, rights, roles and the registration away, in an order that works", async () => {
    const { code, calls } = await run("remove.sh", answers);
    expect(code).toBe(0);
    const deletes = calls.filter((call) => call.includes("delete")).map((call) => call.join(" "));
    const inEach = (subscription: string) => [
      `group delete --yes --subscription ${subscription} --name rg-prod-events`,
      "role assignment delete --ids /assignment/1",
      "role assignment delete --ids /assignment/2",
    ];
    expect(deletes).toEqual([
      ...inEach(ONE),
      ...inEach(TWO),
      `role definition delete --subscription ${ONE} --custom-role-only true --name role-1`,
      `role definition delete --subscription ${ONE} --custom-role-only true --name role-2`,
      "ad app delete --id client",
    ]);
  });

  test("leaves a topic that was there before, and takes its event subscription and the alerts beside it away", async () => {
    const { calls } = await run("remove.sh", answers, {
      ...OUTPUTS,
      MOORING_WATCHED: TWO,
      MOORING_EXISTING_TOPICS: `${TWO}=rg-other/their-topic`,
    });
    const template = await readFile(join(INFRA, "events/topic.bicep"), "utf8");
    const [, losses = ""] = /^var losses = \[(.*)\]$/m.exec(template) ?? [];
    const names = losses.split(", ").map((metric) => `mooring-prod-${metric.replaceAll("'", "")}`);
    expect(names.length).toBeGreaterThan(1);
    expect(calls.slice(0, 1 + names.length).map((call) => call.join(" "))).toEqual([
      `eventgrid system-topic event-subscription delete --yes --subscription ${TWO} --resource-group rg-other --system-topic-name their-topic --name mooring-prod`,
      ...names.map(
        (name) =>
          `monitor metrics alert delete --subscription ${TWO} --resource-group rg-other --name ${name}`,
      ),
    ]);
    expect(calls.some((call) => call[0] === "group" && call[1] === "delete")).toBe(false);
  });

  test("may be run again when everything is gone", async () => {
    const gone = `case "$1 $2 $3" in "group exists "*) echo false ;; "ad app show") exit 3 ;; esac`;
    const { code, calls } = await run("remove.sh", gone);
    expect([code, calls.filter((call) => call.includes("delete"))]).toEqual([0, []]);
  });

  test("stops at the first thing that fails", async () => {
    const { code, calls } = await run(
      "remove.sh",
      `${answers}\ncase "$1 $2" in "group delete") exit 1 ;; esac`,
    );
    expect([code, calls.length]).toEqual([1, 2]);
  });
});

describe("unwatch.sh", () => {
  test("takes Mooring out of the subscriptions that are named, and of no other", async () => {
    const answers = `case "$1 $2 $3" in "group exists "*) echo true ;; "role assignment list") echo /assignment/1 ;; esac`;
    const { code, calls } = await run("unwatch.sh", answers, OUTPUTS, [TWO]);
    expect(code).toBe(0);
    expect(calls.filter((call) => call.includes("delete")).map((call) => call.join(" "))).toEqual([
      `group delete --yes --subscription ${TWO} --name rg-prod-events`,
      "role assignment delete --ids /assignment/1",
    ]);
    expect(calls.some((call) => call.join(" ").includes(ONE))).toBe(false);
  });

  test("says how it is called", async () => {
    const { code, err, calls } = await run("unwatch.sh");
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(err).toBe("Which subscriptions? unwatch.sh SUBSCRIPTION…\n");
  });
});

describe("withdraw.sh", () => {
  const list = ["reader", "links", "sweep"]
    .map((role) => `printf 'Mooring ${role} (prod)\\t/assignment/${role}\\n'`)
    .join("; ");
  const others = `printf 'Mooring links (test)\\t/assignment/test\\n'; printf 'Contributor\\t/assignment/c\\n'`;
  const answers = `case "$1 $2 $3" in "role assignment list") ${list}; ${others} ;; esac`;
  const deleted = async (env: Record<string, string>) => {
    const { code, calls } = await run("withdraw.sh", answers, { ...OUTPUTS, MOORING_WATCHED: TWO, ...env });
    return { code, ids: calls.filter((call) => call.includes("delete")).map((call) => after(call, "--ids")) };
  };

  test.each([
    ["links", ["sweep"]],
    ["links,sweep", []],
    ["connections", ["links", "sweep"]],
    ["", ["links", "sweep"]],
  ])(
    "takes away what MOORING_ENFORCE does not name, here '%s'; never the reader, nor what others gave",
    async (enforce, gone) => {
      expect(await deleted({ MOORING_ENFORCE: enforce })).toEqual({
        code: 0,
        ids: gone.map((role) => `/assignment/${role}`),
      });
    },
  );

  test("asks in each watched subscription, and there alone", async () => {
    const { calls } = await run("withdraw.sh");
    expect(calls.map((call) => [after(call, "--subscription"), after(call, "--scope")])).toEqual([
      [ONE, `/subscriptions/${ONE}`],
      [TWO, `/subscriptions/${TWO}`],
    ]);
  });

  test.each([
    ["does not answer", "exit 1", 1],
    ["refuses", `${answers}\ncase "$3" in delete) exit 1 ;; esac`, 2],
  ])("stops where Azure %s", async (_, script, asked) => {
    const { code, calls } = await run("withdraw.sh", script);
    expect([code === 0, calls.length]).toEqual([false, asked]);
  });
});

test("what the scripts need, main.bicep gives or azd knows", async () => {
  const main = await readFile(join(INFRA, "main.bicep"), "utf8");
  const outputs = declared(parseBicep(main), "output_declaration").map(({ name }) => name);
  for (const script of SCRIPTS) {
    const text = await readFile(join(INFRA, script), "utf8");
    const needed = [...text.matchAll(/^: "\$\{(\w+):\?/gm)].map(([, name]) => name);
    expect(needed.filter((name) => ![...outputs, "AZURE_ENV_NAME"].includes(name ?? ""))).toEqual([]);
  }
});

describe("docs/deploy.md", async () => {
  const text = await readFile(join(ROOT, "docs/deploy.md"), "utf8");
  const parameters = await readFile(join(INFRA, "main.bicepparam"), "utf8");
  const variables = [...parameters.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(
    ([, name = ""]) => name,
  );

  test("has shell in its blocks that are shell, and so has the runbook", async () => {
    const runbook = await readFile(join(ROOT, "docs/runbook.md"), "utf8");
    const blocks = [...`${text}\n${runbook}`.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block);
    expect(blocks.length).toBeGreaterThan(20);
    const shell = (block: string) =>
      new Promise<string>((resolve) =>
        execFile("sh", ["-n", "-c", block], (_, __, problem) => resolve(problem)),
      );
    expect(await Promise.all(blocks.map(shell))).toEqual(blocks.map(() => ""));
  });

  test("tells of every variable that the parameters read, with the default that they have", () => {
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
    const main = await readFile(join(INFRA, "main.bicep"), "utf8");
    const outputs = declared(parseBicep(main), "output_declaration").map(({ name }) => name);
    const scripts = await Promise.all(SCRIPTS.map((name) => readFile(join(INFRA, name), "utf8")));
    const read = scripts.flatMap((script) => [...script.matchAll(/MOORING_\w+/g)].map(([name]) => name));
    const known = [...variables, ...outputs, ...read, ...Object.keys(Settings.shape)];
    const named = [...text.matchAll(/\b(?:MOORING|AZURE)_\w+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    // The app would not take one of them for a misspelt setting of its own.
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
