/** The configuration file of the command line, and which app a command uses. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { operations } from "../../api/operations.ts";
import { chooseTarget, demandAppUrl } from "../../cli/api/open.ts";
import { pathOf } from "../../cli/api/http.ts";
import { ENDPOINTS, type Endpoint } from "../../cli/api/operations.ts";
import {
  configPath,
  isAppUrl,
  parseConfig,
  readConfig,
  tokenPath,
  writeConfig,
  type Config,
} from "../../cli/contexts/config.ts";
import { parseChallenge } from "../../cli/login/challenge.ts";
import { trustedAuthority } from "../../shared/adapters/authority.ts";
import { InvalidInput } from "../../shared/core/errors.ts";

const TENANT = "11111111-1111-4111-8111-111111111111";
const CLIENT = "22222222-2222-4222-8222-222222222222";
const AUTHORITY = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const PROD = "https://mooring-prod.azurewebsites.net";
const TEST = "https://mooring-test.azurewebsites.net";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "mooring-config-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

function problemsOf(attempt: () => unknown): readonly string[] {
  try {
    attempt();
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

test.each([
  [{ MOORING_CONFIG: "/c/own.yaml", XDG_CONFIG_HOME: "/x", HOME: "/h" }, "/c/own.yaml"],
  [{ XDG_CONFIG_HOME: "/x", HOME: "/h" }, "/x/mooring/config.yaml"],
  [{ HOME: "/h" }, "/h/.config/mooring/config.yaml"],
  [{ MOORING_CONFIG: "", XDG_CONFIG_HOME: "", HOME: "/h" }, "/h/.config/mooring/config.yaml"],
])("%j names %s", (env, path) => {
  expect(configPath(env)).toBe(path);
});

test("tokens are in a file per context, beside the configuration", () => {
  expect(tokenPath("/x/mooring/config.yaml", "Prod")).toBe("/x/mooring/tokens/prod.json");
});

describe("the file", () => {
  test("is as it was written, and only its owner reads it", async () => {
    const path = join(await folder(), "new", "config.yaml");
    const config: Config = {
      current: "prod",
      contexts: {
        prod: {
          url: PROD,
          authority: AUTHORITY,
          clientId: CLIENT,
          signIn: { method: "client-secret", clientId: CLIENT },
          user: "ada@example.com",
        },
        test: { url: TEST },
      },
    };
    await writeConfig(path, config);
    expect(await readConfig(path)).toEqual(config);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, await readFile(path), { mode: 0o644 });
    await writeConfig(path, { contexts: {} });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("that does not exist, or is empty, has no contexts", async () => {
    expect(await readConfig(join(await folder(), "config.yaml"))).toEqual({ contexts: {} });
    expect(parseConfig("", "c")).toEqual({ contexts: {} });
  });

  test("that is a folder cannot be read", async () => {
    await expect(readConfig(await folder())).rejects.toThrow(/cannot be read: EISDIR/);
  });

  test.each<[string, string, string | RegExp]>([
    ["is no YAML", "contexts: [", /^c is invalid: not YAML: /],
    ["is no mapping", "- a", "c is invalid: : Invalid input: expected object, received array"],
    [
      "has two names that differ in case only",
      "contexts: { prod: { url: 'https://a.example' }, Prod: { url: 'https://b.example' } }",
      "c is invalid: contexts.prod: another context has the same name in another case",
    ],
    ["has an unknown field", "context: {}", 'c is invalid: : Unrecognized key: "context"'],
    ["names a current context that it lacks", "current: prod", /current: there is no context prod/],
    ["has a name that would leave the folder", `contexts: {"../x": {url: ${PROD}}}`, /contexts\.\.\.\/x/],
    ["has a URL without encryption", "contexts: {a: {url: http://example.com}}", /a\.url: not an https URL/],
    ["has a URL with a path", `contexts: {a: {url: ${PROD}/api}}`, /a\.url: not an https URL/],
    [
      "stores a secret",
      `contexts: {a: {url: ${PROD}, signIn: {method: client-secret, clientId: ${CLIENT}, secret: x}}}`,
      /a\.signIn: Unrecognized key: "secret"/,
    ],
    [
      "signs in another way",
      `contexts: {a: {url: ${PROD}, signIn: {method: password}}}`,
      /a\.signIn\.method/,
    ],
  ])("%s", (_, text, problem) => {
    expect(problemsOf(() => parseConfig(text, "c"))).toEqual([
      problem instanceof RegExp ? expect.stringMatching(problem) : problem,
    ]);
  });
});

test.each([
  ["https://mooring.example", true],
  ["http://localhost:7071", true],
  ["http://127.0.0.1:7071", true],
  ["http://[::1]:7071", true],
  ["http://mooring.example", false],
  ["http://127.0.0.1.example", false],
  ["https://mooring.example/", false],
  ["https://user:secret@mooring.example", false],
  ["ftp://localhost", false],
  ["mooring.example", false],
  ["", false],
])("a token may be sent to %j: %s", (url, isAllowed) => {
  expect(isAppUrl(url)).toBe(isAllowed);
});

test("the root path of a URL is left out, another one is refused", () => {
  expect(demandAppUrl(`${PROD}/`, "--url")).toBe(PROD);
  expect(() => demandAppUrl(`${PROD}/api`, "--url")).toThrow(/^--url .*\/api: not an https origin/);
});

describe("which app a command uses", () => {
  const prod = { url: PROD };
  const test_ = { url: TEST };
  const config: Config = { current: "prod", contexts: { other: prod, prod, test: test_ } };
  const none: Config = { contexts: {} };

  test.each<[string, Parameters<typeof chooseTarget>[0], NodeJS.ProcessEnv, Config, object | undefined]>([
    ["that of the current context", {}, {}, config, { url: PROD, name: "prod" }],
    ["none without a context", {}, {}, none, undefined],
    ["none with --direct", { direct: true }, { MOORING_URL: TEST }, config, undefined],
    ["that of --context", { context: "test" }, { MOORING_URL: PROD }, config, { url: TEST, name: "test" }],
    ["that of MOORING_URL", {}, { MOORING_URL: TEST }, config, { url: TEST, name: "test" }],
    ["that of --url", { url: `${TEST}/` }, { MOORING_URL: PROD }, config, { url: TEST, name: "test" }],
    ["with the current of several contexts for it", { url: PROD }, {}, config, { url: PROD, name: "prod" }],
    [
      "without a sign-in for an unknown app",
      { url: "https://new.example" },
      {},
      config,
      { url: "https://new.example" },
    ],
  ])("%s", async (_, choice, env, stored, expected) => {
    const target = await chooseTarget(choice, env, async () => stored);
    if (expected === undefined) expect(target).toBeUndefined();
    else expect(target).toMatchObject(expected);
  });

  test.each<[Parameters<typeof chooseTarget>[0], NodeJS.ProcessEnv, RegExp]>([
    [{ context: "prod", url: PROD }, {}, /use only one of --context, --url, --direct/],
    [{ context: "prod", direct: true }, {}, /use only one of/],
    [{ context: "prid" }, {}, /there is no context prid; did you mean prod\?; run `mooring context list`/],
    [{ context: "__proto__" }, {}, /there is no context __proto__/],
    [{}, { MOORING_URL: "mooring" }, /^MOORING_URL mooring: not an https origin/],
  ])("%j is refused", async (choice, env, problem) => {
    await expect(chooseTarget(choice, env, async () => config)).rejects.toThrow(problem);
  });

  test("the configuration is not read with --direct: it may be invalid", async () => {
    const broken = () => Promise.reject(new Error("broken"));
    expect(await chooseTarget({ direct: true }, {}, broken)).toBeUndefined();
  });
});

describe("what an app requires", () => {
  test.each([
    [
      `Bearer authorization_uri="${AUTHORITY}", resource_id="${CLIENT}"`,
      { authority: AUTHORITY, clientId: CLIENT },
    ],
    [
      `bearer resource_id="${CLIENT}", authorization_uri="${AUTHORITY}", error="invalid_token"`,
      { authority: AUTHORITY, clientId: CLIENT },
    ],
    ["", undefined],
    ["Basic realm=x", undefined],
    [`Bearer authorization_uri="${AUTHORITY}"`, undefined],
    [`Bearer authorization_uri="http://login.example/x", resource_id="${CLIENT}"`, undefined],
    [`Bearer authorization_uri="${AUTHORITY}", resource_id="https://management.azure.com"`, undefined],
  ])("%s", (header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });

  test.each<[string, string, NodeJS.ProcessEnv, boolean]>([
    ["a public cloud", AUTHORITY, {}, true],
    ["a sovereign cloud", `https://login.microsoftonline.us/${TENANT}/v2.0`, {}, true],
    [
      "a host that the user trusts",
      `https://login.corp.example/${TENANT}/v2.0`,
      { AZURE_AUTHORITY_HOST: "https://login.corp.example/" },
      false,
    ],
  ])("%s receives secrets", (_, authority, env, isPublicCloud) => {
    const { origin } = new URL(authority);
    expect(trustedAuthority(authority, env)).toEqual({ origin, tenantId: TENANT, isPublicCloud });
  });

  test.each<[string, string, NodeJS.ProcessEnv]>([
    ["another host", `https://login.evil.example/${TENANT}/v2.0`, {}],
    ["a host that looks like it", `https://login.microsoftonline.com.evil.example/${TENANT}/v2.0`, {}],
    ["another port", `https://login.microsoftonline.com:444/${TENANT}/v2.0`, {}],
    [
      "another host than the trusted one",
      `https://login.evil.example/${TENANT}/v2.0`,
      { AZURE_AUTHORITY_HOST: "login.corp.example" },
    ],
    ["no encryption", `http://login.microsoftonline.com/${TENANT}/v2.0`, {}],
    ["every tenant", "https://login.microsoftonline.com/common/v2.0", {}],
    ["no URL", "login", {}],
  ])("%s is refused", (_, authority, env) => {
    expect(() => trustedAuthority(authority, env)).toThrow(InvalidInput);
  });
});

describe("the operations that commands use", () => {
  const endpoints: [string, Endpoint][] = Object.entries(ENDPOINTS);

  test.each(endpoints)("%s is that of the API", (name, { method, path, response, body }) => {
    const operation = operations.find((one) => one.name === name);
    expect(operation).toMatchObject({ method, path });
    expect(operation?.body).toBe(body);
    // A report has several formats, of which commands read JSON.
    if (operation?.types) return expect(operation.types).toContain("application/json");
    return expect(Object.keys(shapeOf(response))).toEqual(Object.keys(shapeOf(operation?.response)));
  });

  test("a key in a path cannot add a segment", () => {
    expect(pathOf("/connections/{key}/decision", { key: "a/../b?c" })).toBe(
      "/connections/a%2F..%2Fb%3Fc/decision",
    );
  });
});

function shapeOf(schema: unknown): object {
  return (schema as { shape: object }).shape;
}
