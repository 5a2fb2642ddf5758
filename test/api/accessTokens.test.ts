/** Access tokens as callers of the API send them, signed by the sandbox's issuer over https, or by another key. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../../api/serve.ts";
import { certificates } from "../../dev/sandbox/identity/certificate.ts";
import { MOORING_CLIENT, PROGRAMS, USERS, type User } from "../../dev/sandbox/identity/directory.ts";
import {
  claimsOfProgram,
  claimsOfUser,
  startEntra,
  type Claims,
  type Entra,
} from "../../dev/sandbox/identity/entra.ts";
import { entraTokens } from "../../shared/adapters/accessTokens.ts";
import type { AccessTokens } from "../../shared/ports/accessTokens.ts";
import { silentLog } from "../../shared/ports/log.ts";
import {
  apiWorld,
  appOver,
  clientPrincipal,
  read,
  toRequest,
  type Answered,
  type Asking,
} from "../builders/api.ts";
import type { MemoryRun } from "../memory/run.ts";

const [OPERATOR, READER, VISITOR] = USERS as [User, User, User];
const [PIPELINE] = PROGRAMS as [(typeof PROGRAMS)[number]];
const NO_PLATFORM = {};

let folder: string;
let entra: Entra;
let pair: { key: string; cert: string };
let run: MemoryRun;
let tokens: AccessTokens;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-entra-"));
  const { ca, cert, key } = await certificates(folder);
  tls.setDefaultCACertificates([...tls.getCACertificates(), ca]);
  pair = { cert, key };
  entra = await startEntra(pair);
  tokens = entraTokens({ authority: entra.authority, clientId: MOORING_CLIENT });
  run = await apiWorld();
});
afterAll(async () => {
  await entra.close();
  await rm(folder, { recursive: true, force: true });
});

async function send(
  what: string,
  token: string,
  asking: Asking = {},
  accessTokens = tokens,
): Promise<Answered> {
  const app = { ...appOver(run), accessTokens };
  const headers = { authorization: `Bearer ${token}`, ...asking.headers };
  const request = toRequest(what, { as: "anonymous", ...asking, headers });
  const { env = NO_PLATFORM } = asking;
  const answer = await serve(request, silentLog, { open: async () => app, env });
  return read(answer.status, answer.headers, answer.body);
}

describe("who is signed in by an access token", () => {
  test.each<[string, () => Claims, string, string[]]>([
    ["an operator", () => claimsOfUser(OPERATOR), "operator@sandbox", ["Mooring.Reader", "Mooring.Operator"]],
    ["a reader", () => claimsOfUser(READER), "reader@sandbox", ["Mooring.Reader"]],
    ["a program, by its id", () => claimsOfProgram(PIPELINE), PIPELINE.clientId, ["Mooring.Reader"]],
    [
      "a user through another program, such as the Azure CLI",
      () => claimsOfUser(READER, "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
      "reader@sandbox",
      ["Mooring.Reader"],
    ],
    [
      "a user with the name of Mooring is distinguished from it",
      () => ({ ...claimsOfUser(READER), preferred_username: "system" }),
      "system (a person)",
      ["Mooring.Reader"],
    ],
  ])("%s", async (_, claims, name, roles) => {
    const { status, body } = await send("GET /me", await entra.sign(claims()));
    expect({ status, ...body }).toMatchObject({ status: 200, name, roles });
  });

  test("the journal shows the signed name, whatever else the request states", async () => {
    const token = await entra.sign(claimsOfUser(OPERATOR));
    const forged = { "x-ms-client-principal": clientPrincipal(["Mooring.Operator"]) };
    const { status } = await send("POST /stop", token, { body: { reason: "a test" }, headers: forged });
    expect(status).toBe(200);
    expect(JSON.stringify(run.tables.policies.all())).toContain("operator@sandbox");
    await send("POST /resume", token);
  });
});

describe("refused with 403, which names the role", () => {
  test.each<[string, () => Claims, string, string]>([
    [
      "a user without a role",
      () => claimsOfUser(VISITOR),
      "GET /me",
      "Signed in as visitor@sandbox, but without role Mooring.Reader or Mooring.Operator",
    ],
    [
      "a role of another app",
      () => ({ ...claimsOfUser(VISITOR), roles: ["mooring.reader", "Other.Operator"] }),
      "GET /me",
      "Signed in as visitor@sandbox, but without role Mooring.Reader or Mooring.Operator",
    ],
    [
      "a reader who changes something",
      () => claimsOfUser(READER),
      "POST /stop",
      "Signed in as reader@sandbox, but without role Mooring.Operator",
    ],
  ])("%s", async (_, claims, what, problem) => {
    const body = what.startsWith("POST") ? { body: { reason: "x" } } : {};
    const answer = await send(what, await entra.sign(claims()), body);
    expect({ status: answer.status, problems: answer.body.problems }).toEqual({
      status: 403,
      problems: [problem],
    });
  });
});

const hour = (hours: number) => Math.floor(Date.now() / 1000) + hours * 3600;
const user = () => claimsOfUser(OPERATOR);
const without = (claims: Claims, ...names: string[]) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
const FOREIGN = "99999999-9999-4999-8999-999999999999";

describe("refused with 401, which states what is wrong", () => {
  const EXPIRED = "the access token has expired: request a new one";
  const UNSIGNED = /^this is no access token that https:\/\/\S+ signed: request a new one$/;
  const OTHER_APP = `the access token is for another app: request one with scope ${MOORING_CLIENT}/.default`;
  const OTHER_KIND = `this is no access token of version 2: request one with scope ${MOORING_CLIENT}/.default`;

  test.each<[string, () => string | Promise<string>, string | RegExp]>([
    ["one that has expired", () => entra.sign({ ...user(), exp: hour(-1) }), EXPIRED],
    [
      "one that is not valid yet",
      () => entra.sign({ ...user(), nbf: hour(1) }),
      "claim nbf of the access token is missing or invalid: request a new one",
    ],
    [
      "one that never expires",
      () => entra.sign({ ...user(), exp: undefined }),
      "claim exp of the access token is missing or invalid: request a new one",
    ],
    ["one for another app", () => entra.sign({ ...user(), aud: "https://management.azure.com" }), OTHER_APP],
    ["one for no app", () => entra.sign({ ...user(), aud: undefined }), OTHER_APP],
    [
      "one of another tenant, whose tokens have the same keys",
      () => entra.sign({ ...user(), iss: entra.authority.replace(/[0-9a-f-]{36}/, FOREIGN), tid: FOREIGN }),
      /^the access token is of another tenant: request one from https:/,
    ],
    [
      "one of version 1",
      () => entra.sign({ ...user(), ver: "1.0", azp: undefined, appid: "0f0f" }),
      OTHER_KIND,
    ],
    ["the ID token of a user", () => entra.sign(without(user(), "scp", "azp")), OTHER_KIND],
    ["the ID token of a user that names a program", () => entra.sign(without(user(), "scp")), OTHER_KIND],
    ["one whose scope is empty", () => entra.sign({ ...user(), scp: "" }), OTHER_KIND],
    [
      "one that another key signed, under the id of the right key",
      async () => entra.sign(user(), await generateKeyPair("RS256")),
      UNSIGNED,
    ],
    [
      "one whose key is unknown",
      async () => entra.sign(user(), { ...(await generateKeyPair("RS256")), kid: "other" }),
      UNSIGNED,
    ],
    [
      "one without a signature",
      () => new UnsecuredJWT({ ...user(), aud: MOORING_CLIENT, iss: entra.authority, exp: hour(1) }).encode(),
      UNSIGNED,
    ],
    [
      "one that is signed with the public key as a secret",
      async () => {
        const { publicKey } = await generateKeyPair("RS256", { extractable: true });
        return new SignJWT({ ...user(), aud: MOORING_CLIENT, iss: entra.authority, exp: hour(1) })
          .setProtectedHeader({ alg: "HS256", kid: "sandbox-key" })
          .sign(Buffer.from(await exportSPKI(publicKey)));
      },
      UNSIGNED,
    ],
    [
      "one whose claims were changed",
      async () => {
        const [head, , signature] = (await entra.sign(claimsOfUser(READER))).split(".");
        return [head, Buffer.from(JSON.stringify(user())).toString("base64url"), signature].join(".");
      },
      UNSIGNED,
    ],
    ["what is no token", () => "abc", UNSIGNED],
    ["a token of a cluster", () => "q".repeat(43), UNSIGNED],
    ["one that is too long", () => "a.".repeat(20_000), "the access token is too long"],
  ])("%s", async (_, token, why) => {
    const { status, body, headers } = await send("GET /me", await token());
    const [said = ""] = body.problems;
    expect(status).toBe(401);
    expect(said.replace(/^Not signed in: /, "")).toMatch(
      why instanceof RegExp ? why : new RegExp(`^${escape(why)}$`),
    );
    expect(headers["www-authenticate"]).toBe(
      `Bearer authorization_uri="${entra.authority}", resource_id="${MOORING_CLIENT}", error="invalid_token", error_description="${said.replace(/^Not signed in: /, "")}"`,
    );
  });

  test("no token at all, with where to get one", async () => {
    const { status, headers } = await send("GET /me", "", { headers: { authorization: undefined } });
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe(
      `Bearer authorization_uri="${entra.authority}", resource_id="${MOORING_CLIENT}"`,
    );
  });

  test("an invalid token of a user of the sandbox's machine", async () => {
    const local = { ...appOver(run, { MOORING_LOCAL_OPERATOR: "op" }), accessTokens: tokens };
    const request = toRequest("GET /me", { as: "anonymous", headers: { authorization: "Bearer abc" } });
    const { status } = await serve(request, silentLog, { open: async () => local, env: NO_PLATFORM });
    expect(status).toBe(401);
  });

  test("every token, if the app accepts none", async () => {
    const app = appOver(run);
    const headers = { authorization: `Bearer ${await entra.sign(user())}` };
    const request = toRequest("GET /me", { as: "anonymous", headers });
    const answer = await serve(request, silentLog, { open: async () => app, env: NO_PLATFORM });
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBeUndefined();
  });
});

test("where App Service authentication is on, its header counts, and a token counts without it", async () => {
  const env = { WEBSITE_AUTH_ENABLED: "True" };
  const reader = await entra.sign(claimsOfUser(READER));
  const headers = { "x-ms-client-principal": clientPrincipal(["Mooring.Operator"]) };
  expect((await send("GET /me", reader, { env, headers })).body.name).toBe("ada@example.com");
  expect((await send("GET /me", reader, { env })).body.name).toBe("reader@sandbox");
});

test("while the issuer cannot be read, a token is neither valid nor invalid: 503, and it is read again", async () => {
  const statuses = [500, 200];
  const metadata = {
    issuer: entra.authority,
    jwks_uri: entra.authority.replace("/v2.0", "/discovery/v2.0/keys"),
  };
  const restarting = createServer(pair, (_, response) =>
    response.writeHead(statuses.shift() ?? 500).end(JSON.stringify(metadata)),
  );
  await new Promise<void>((resolve) => restarting.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void restarting.close());
  const { port } = restarting.address() as AddressInfo;
  const authority = entra.authority.replace(new URL(entra.authority).port, String(port));
  const other = entraTokens({ authority, clientId: MOORING_CLIENT });
  const token = await entra.sign(user());
  const answers = [];
  for (const _ of statuses.slice()) answers.push((await send("GET /me", token, {}, other)).status);
  expect(answers).toEqual([503, 200]);
});

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
