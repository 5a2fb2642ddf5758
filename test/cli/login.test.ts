/** `mooring login`, and commands that go through the API of the built app, with the tokens of the sandbox's Entra ID. */
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MOORING_CLIENT, PROGRAMS, USERS, type User } from "../../dev/sandbox/identity/directory.ts";
import { claimsOfUser } from "../../dev/sandbox/identity/entra.ts";
import { sandboxed, START_MILLISECONDS, type Sandboxed } from "../builders/sandboxed.ts";
import { runCli, type RunOptions } from "./runCli.ts";
import { openTerminal, type Terminal } from "./signedIn.ts";

const [PIPELINE] = PROGRAMS as [(typeof PROGRAMS)[number]];
const [OPERATOR, READER] = USERS as [User, User];

let at: Sandboxed;
let terminal: Terminal;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  at = await sandboxed();
}, START_MILLISECONDS);
afterAll(() => at.close());

beforeEach(async () => {
  terminal = await openTerminal(at.sandbox);
  ({ folder } = terminal);
  env = { ...terminal.env };
});
afterEach(() => terminal.close());

const mooring = (args: readonly string[], options: RunOptions = {}) =>
  runCli(args, { ...options, env: { ...env, ...options.env } });
const loginAs: Terminal["loginAs"] = (...args) => terminal.loginAs(...args);

const signedIn = async (username: string) => {
  const { code, err, out } = await loginAs(username);
  expect([code, err]).toEqual([0, expect.stringContaining("To sign in, enter the code")]);
  return out;
};

describe("with a device code", () => {
  test("the name and role are those of the app; the sign-in survives the command", async () => {
    expect(await signedIn("operator@sandbox")).toBe(
      `Signed in to ${at.sandbox.hostUrl} as operator@sandbox (Mooring.Operator). Context local is the current one.\n`,
    );
    expect((await mooring(["connections", "list"])).code).toBe(0);
    const shown = await mooring(["context", "show", "-o", "json"]);
    expect(JSON.parse(shown.out)).toMatchObject({
      name: "local",
      user: "operator@sandbox",
      authority: at.sandbox.entra.authority,
      clientId: MOORING_CLIENT,
      signIn: "device-code",
    });
  });

  test("tokens are in a separate file, which only its owner reads; logout deletes it", async () => {
    await signedIn("reader@sandbox");
    const tokens = join(folder, "tokens");
    expect(await readdir(tokens)).toEqual(["local.json"]);
    expect((await stat(join(tokens, "local.json"))).mode & 0o777).toBe(0o600);
    expect(await readFile(env["MOORING_CONFIG"] ?? "", "utf8")).not.toMatch(/secret|token/i);
    expect(await mooring(["logout"])).toMatchObject({ code: 0, out: "Signed out of context local.\n" });
    expect(await readdir(tokens)).toEqual([]);
    expect(await mooring(["connections", "list"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^mooring: not signed in, or the sign-in has expired; run mooring login: [^\n]+\n$/,
      ),
    });
  });

  test("an expired token is renewed, and a revoked sign-in requires a new one", async () => {
    await signedIn("reader@sandbox");
    await expireTokens();
    expect((await mooring(["connections", "list"])).code).toBe(0);
    await expireTokens();
    at.sandbox.entra.revoke();
    expect(await mooring(["connections", "list"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/; run mooring login: [^\n]*AADSTS50173[^\n]*\n$/),
    });
  });

  test("a user without a role sees which is missing, and nothing is stored", async () => {
    expect(await loginAs("visitor@sandbox")).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        "mooring: signed in as visitor@sandbox, but without role Mooring.Reader or Mooring.Operator",
      ),
    });
    expect((await mooring(["context", "list"])).out).toBe("Nothing found.\n");
  });
});

/** As an hour later: access tokens of the store have expired. */
async function expireTokens(): Promise<void> {
  const path = join(folder, "tokens", "local.json");
  const stored = JSON.parse(await readFile(path, "utf8"));
  for (const token of Object.values<any>(stored.AccessToken))
    Object.assign(token, { expires_on: "1000000000", extended_expires_on: "1000000000" });
  await writeFile(path, JSON.stringify(stored));
}

describe("of a program", () => {
  const secretArgs = (url: string) => [
    "login",
    "--url",
    url,
    "--client-secret",
    "--client-id",
    PIPELINE.clientId,
  ];

  test("with a client secret from the environment, which is not stored", async () => {
    const options = { env: { AZURE_CLIENT_SECRET: PIPELINE.secret } };
    expect(await mooring(secretArgs(at.sandbox.hostUrl), options)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`as ${PIPELINE.clientId} (Mooring.Reader)`),
    });
    expect(await readFile(env["MOORING_CONFIG"] ?? "", "utf8")).not.toContain(PIPELINE.secret);
    expect((await mooring(["connections", "list"], options)).code).toBe(0);
    expect(await mooring(["connections", "list"])).toMatchObject({
      code: 2,
      err: "mooring: AZURE_CLIENT_SECRET: set this environment variable to sign in\n",
    });
  });

  test("with a wrong secret", async () => {
    const ran = await mooring(secretArgs(at.sandbox.hostUrl), { env: { AZURE_CLIENT_SECRET: "x" } });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining("AADSTS7000215") });
  });

  test("a secret is sent only to clouds of Microsoft, and to the host that the user trusts", async () => {
    const ran = await mooring(secretArgs(at.sandbox.hostUrl), {
      env: { AZURE_CLIENT_SECRET: PIPELINE.secret, AZURE_AUTHORITY_HOST: "" },
    });
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining("which is no cloud of Microsoft") });
  });

  test("with the account of the Azure CLI", async () => {
    await azureCliOf(
      await at.sandbox.entra.sign(claimsOfUser(READER, "04b07795-8ddb-461a-bbee-02f9e1bf7b46")),
    );
    const ran = await mooring(["login", "--url", at.sandbox.hostUrl, "--azure-cli"]);
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringContaining("as reader@sandbox (Mooring.Reader)"),
    });
  });

  test("a token for another resource, which an app could ask for, is not sent", async () => {
    const { roles: _roles, ...claims } = claimsOfUser(OPERATOR);
    await azureCliOf(await at.sandbox.entra.sign({ ...claims, aud: "https://management.azure.com" }));
    const ran = await mooring(["login", "--url", at.sandbox.hostUrl, "--azure-cli"]);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining("but without role Mooring.Reader") });
  });

  test.each([
    [["--client-secret"], "--client-id: required (AZURE_CLIENT_ID)"],
    [["--client-secret", "--client-id", "me"], "--client-id me: not a client id"],
    [["--client-certificate", "--client-id", PIPELINE.clientId], "AZURE_CLIENT_CERTIFICATE_PATH: set it"],
    [["--workload-identity", "--client-id", PIPELINE.clientId], "AZURE_FEDERATED_TOKEN_FILE: set this"],
    [["--azure-cli", "--client-secret"], "use only one of --azure-cli, --client-secret"],
    [["--context", "../x"], "--context ../x: letters, digits"],
  ])("%j is refused", async (args, problem) => {
    const ran = await mooring(["login", "--url", at.sandbox.hostUrl, ...args]);
    expect(ran).toMatchObject({ code: 2, out: "", err: expect.stringContaining(problem) });
  });
});

/** An `az` that has signed in, and gives this token. */
async function azureCliOf(accessToken: string): Promise<void> {
  const answer = JSON.stringify({ accessToken, expires_on: Math.floor(Date.now() / 1000) + 3600 });
  await writeFile(join(folder, "az"), `#!/bin/sh\necho '${answer}'\n`);
  await chmod(join(folder, "az"), 0o755);
  env = { ...env, PATH: `${folder}:${process.env["PATH"]}` };
}

describe("which app", () => {
  test("without a context, a command states how to choose one", async () => {
    for (const args of [["connections", "list"], ["audit"]])
      expect(await mooring(args)).toEqual({
        code: 2,
        out: "",
        err: "mooring: no app chosen: run `mooring login --url https://APP.azurewebsites.net` first, or use --direct with your own rights to storage and Azure\n",
      });
  });

  test("a URL that is no app of Mooring", async () => {
    const ran = await mooring(["login", "--url", "http://127.0.0.1:1"]);
    expect(ran).toMatchObject({
      code: 2,
      err: expect.stringContaining("http://127.0.0.1:1 does not respond"),
    });
    expect(await mooring(["login"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--url: required"),
    });
  });

  test("contexts are listed, chosen and removed", async () => {
    const options = { env: { AZURE_CLIENT_SECRET: PIPELINE.secret } };
    const args = ["--client-secret", "--client-id", PIPELINE.clientId, "--url", at.sandbox.hostUrl];
    for (const name of ["one", "two"]) await mooring(["login", ...args, "--context", name], options);
    const help = (await mooring(["login", "--help"])).out;
    for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const { out } = await mooring(["context", "list"]);
    expect(out).toMatch(/^ +NAME +URL +USER +SIGN-IN\n +one +\S+ +\S+ +client-secret\n\* +two /);
    expect((await mooring(["context", "use", "one"])).code).toBe(0);
    expect(JSON.parse((await mooring(["context", "list", "-o", "json"])).out)).toMatchObject([
      { name: "one", current: true },
      { name: "two", current: false },
    ]);
    expect((await mooring(["connections", "list", "--context", "two"], options)).code).toBe(0);
    expect((await mooring(["context", "remove", "one"])).code).toBe(0);
    expect(await mooring(["context", "show"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("there is no current context"),
    });
    expect(await mooring(["context", "use", "twoo"])).toMatchObject({
      code: 2,
      err: "mooring: there is no context twoo; did you mean two?; run `mooring context list`\n",
    });
  });

  test("a broken configuration is reported with its problem", async () => {
    await writeFile(env["MOORING_CONFIG"] ?? "", "contexts: {a: {url: http://example.com}}\n");
    expect(await mooring(["connections", "list"])).toMatchObject({
      code: 2,
      err: `mooring: ${env["MOORING_CONFIG"]} is invalid: contexts.a.url: not an https URL\n`,
    });
  });
});

describe("private endpoint connections", () => {
  const list = async () => JSON.parse((await mooring(["connections", "list", "--all", "-o", "json"])).out);
  const statusOf = async (name: string) => (await list()).find((row: { name: string }) => row.name === name);

  test("an operator decides, and the consumer reads the name that signed in", async () => {
    await signedIn("operator@sandbox");
    const [pending] = JSON.parse((await mooring(["connections", "list", "-o", "json"])).out);
    const args = ["connections", "reject", pending.name, "--reason", "ticket 7"];
    const options = { env: { MOORING_OPERATOR: "root" } };
    expect(await mooring(args, options)).toMatchObject({
      code: 2,
      err: expect.stringContaining("use --yes"),
    });
    const done = await mooring([...args, "--yes"], options);
    expect(done).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Plan: [^]*\napplied [^\n]+ \(journal /),
    });
    expect(await statusOf(pending.name)).toMatchObject({
      status: "Rejected",
      description: "Rejected by operator@sandbox: ticket 7",
    });
  });

  test("a reader lists and sees the plan; the decision is refused with the role that it needs", async () => {
    await signedIn("reader@sandbox");
    const [row] = (await list()).filter(({ closed }: { closed?: string }) => closed === undefined);
    const verb = row.status === "Approved" ? "reject" : "approve";
    const ran = await mooring(["connections", verb, row.name, "--reason", "x", "--yes"]);
    expect(ran).toMatchObject({
      code: 1,
      out: expect.stringContaining("Plan: "),
      err: "mooring: Signed in as reader@sandbox, but without role Mooring.Operator\n",
    });
    expect(await statusOf(row.name)).toEqual(row);
  });
});
