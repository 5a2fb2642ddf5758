/** The built app on the sandbox takes the access tokens that the sandbox's Entra ID gives to people and programs. */
import { readFile } from "node:fs/promises";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MOORING_CLIENT, PROGRAMS } from "../../dev/sandbox/identity/directory.ts";
import { issueToken } from "../../dev/sandbox/identity/token.ts";
import { MOORING } from "../../dev/sandbox/world/installation.ts";
import { sandboxed, START_MILLISECONDS, type Sandboxed } from "../builders/sandboxed.ts";

const [PIPELINE] = PROGRAMS as [(typeof PROGRAMS)[number]];
const SCOPE = `${MOORING_CLIENT}/.default`;

let at: Sandboxed;
beforeAll(async () => {
  at = await sandboxed();
  tls.setDefaultCACertificates([...tls.getCACertificates(), await readFile(at.sandbox.caPath, "utf8")]);
}, START_MILLISECONDS);
afterAll(() => at.close());

/** Posts a form below the tenant, as MSAL does. */
async function ask(path: string, form: Record<string, string>): Promise<{ status: number; body: any }> {
  const response = await fetch(at.sandbox.entra.authority.replace("/v2.0", path), {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

async function api(method: string, path: string, token: string, body?: object) {
  const response = await fetch(`${at.sandbox.hostUrl}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "x-mooring-request": "1",
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as any };
}

async function programToken(): Promise<string> {
  const { clientId, secret } = PIPELINE;
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: secret, scope: SCOPE };
  return (await ask("/oauth2/v2.0/token", form)).body.access_token;
}

async function userToken(username: string): Promise<string> {
  const device = { client_id: MOORING_CLIENT, scope: `openid ${SCOPE}` };
  const { body } = await ask("/oauth2/v2.0/devicecode", device);
  const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
  const form = { ...device, grant_type, device_code: body.device_code };
  expect((await ask("/oauth2/v2.0/token", form)).body.error).toBe("authorization_pending");
  expect(at.sandbox.entra.enterCode(body.user_code, username)).toBe(true);
  return (await ask("/oauth2/v2.0/token", form)).body.access_token;
}

describe("with a device code", () => {
  test("an operator stops writes, and the journal has the signed-in name", async () => {
    const token = await userToken("operator@sandbox");
    expect((await api("POST", "/stop", token, { reason: "a test" })).status).toBe(200);
    expect(JSON.stringify((await api("GET", "/overview", token)).body)).toContain("operator@sandbox");
    expect((await api("POST", "/resume", token)).status).toBe(200);
  });

  test("a reader reads, and a write is refused with the role that it needs", async () => {
    const token = await userToken("reader@sandbox");
    expect((await api("GET", "/clusters", token)).status).toBe(200);
    expect(await api("POST", "/stop", token, { reason: "a test" })).toMatchObject({
      status: 403,
      body: { problems: ["Signed in as reader@sandbox, but without role Mooring.Operator"] },
    });
  });

  test("a user without a role reads nothing", async () => {
    expect((await api("GET", "/clusters", await userToken("visitor@sandbox"))).status).toBe(403);
  });
});

test("a program with its secret is signed in by its id, and with another secret gets no token", async () => {
  const { body } = await api("GET", "/me", await programToken());
  expect(body).toMatchObject({ name: PIPELINE.clientId, roles: ["Mooring.Reader"] });
  const form = {
    grant_type: "client_credentials",
    client_id: PIPELINE.clientId,
    client_secret: "x",
    scope: SCOPE,
  };
  expect(await ask("/oauth2/v2.0/token", form)).toMatchObject({
    status: 401,
    body: { error: "invalid_client" },
  });
});

test("a token for Azure Resource Manager, which is unsigned in the sandbox, is refused", async () => {
  const { token } = issueToken(MOORING);
  expect((await api("GET", "/me", token)).status).toBe(401);
});
