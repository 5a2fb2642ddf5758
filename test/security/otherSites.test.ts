/** Pages of other sites cannot use the session of a signed-in operator. Tested with the built app and App Service authentication. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientPrincipal } from "../builders/api.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { rawRequest, sendRaw } from "../builders/rawHttp.ts";

let app: HostedApp;
beforeAll(async () => {
  app = await hostedApp({ WEBSITE_AUTH_ENABLED: "True" });
});
afterAll(() => app.close());

const OPERATOR = { "x-ms-client-principal": clientPrincipal(["Mooring.Operator"]) };
const READER = { "x-ms-client-principal": clientPrincipal(["Mooring.Reader"]) };
const WRITE = { ...OPERATOR, "content-type": "application/json", "x-mooring-request": "1" };

/** Written by hand: a client of our own would not send what a browser does. */
async function send(line: string, headers: Record<string, string>, body?: string) {
  const { port } = new URL(app.url);
  const all = { host: `127.0.0.1:${port}`, ...headers };
  const { status, head, body: said } = await sendRaw({ port: Number(port) }, rawRequest(line, all, body));
  return { status, head, said };
}

const stop = (headers: Record<string, string>, body = '{"reason":"x"}') =>
  send("POST /api/v1/stop", headers, body);

const without = (name: string) => Object.fromEntries(Object.entries(WRITE).filter(([one]) => one !== name));

describe("a write", () => {
  test.each<[string, () => Promise<{ status: number }>, number]>([
    ["by the app's own page", () => stop({ ...WRITE, "sec-fetch-site": "same-origin" }), 200],
    ["by a program", () => stop(WRITE), 200],
    ["by another site's page", () => stop({ ...WRITE, "sec-fetch-site": "cross-site" }), 403],
    ["by a site beside this one", () => stop({ ...WRITE, "sec-fetch-site": "same-site" }), 403],
    ["from another origin", () => stop({ ...WRITE, origin: "https://evil.example" }), 403],
    ["from no origin that has a name", () => stop({ ...WRITE, origin: "null" }), 403],
    ["from an origin like ours", () => stop({ ...WRITE, origin: `${app.url}.evil.example` }), 403],
    [
      "from another origin with a contradicting front-end header",
      () => stop({ ...WRITE, origin: "https://evil.example", "x-forwarded-host": "evil.example" }),
      403,
    ],
    ["without our header", () => stop(without("x-mooring-request")), 403],
    ["as a form", () => stop({ ...WRITE, "content-type": "application/x-www-form-urlencoded" }), 415],
    ["as plain text", () => stop({ ...WRITE, "content-type": "text/plain" }), 415],
    [
      "as a form with files",
      () => stop({ ...WRITE, "content-type": "multipart/form-data; boundary=x" }),
      415,
    ],
    ["without a type", () => stop(without("content-type")), 415],
    ["by a reader", () => stop({ ...WRITE, ...READER }), 403],
    ["without authentication", () => stop(without("x-ms-client-principal")), 401],
    ["by reading", () => send("GET /api/v1/stop?reason=x", WRITE), 405],
  ])("%s", async (_, attempt, status) => expect((await attempt()).status).toBe(status));
});

const READS = ["/api/v1/me", "/api/v1/findings", "/api/v1/openapi.json", "/api/dashboard/", "/api/health"];

describe.each(READS)("%s", (path) => {
  test.each(["GET", "OPTIONS", "HEAD"])("%s lets no other site read the answer", async (method) => {
    const preflight = { "access-control-request-method": "POST", "access-control-request-headers": "x" };
    const { head } = await send(`${method} ${path}`, {
      ...OPERATOR,
      ...preflight,
      origin: "https://evil.example",
    });
    expect(head).not.toMatch(/^access-control-/m);
    expect(head).not.toMatch(/^set-cookie/m);
  });
});

describe("what a page may do with an answer", () => {
  test.each(READS.slice(0, 4))("%s cannot be framed, sniffed or cached by other sites", async (path) => {
    const { head } = await send(`GET ${path}`, OPERATOR);
    expect(head).toMatch(/^content-security-policy: .*default-src 'none'.*frame-ancestors 'none'/m);
    expect(head).toMatch(/^x-content-type-options: nosniff/m);
    expect(head).toMatch(/^referrer-policy: no-referrer/m);
    expect(head).toMatch(/^cross-origin-resource-policy: same-origin/m);
    expect(head).toMatch(/^cache-control: .*private/m);
    expect(head).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
  });

  test("signing in leads back here, wherever the request would rather go", async () => {
    const path = "/api/dashboard/?post_login_redirect_uri=https://evil.example";
    const { status, head } = await send(`GET ${path}`, { "x-forwarded-host": "evil.example" });
    expect(status).toBe(302);
    expect(head).toMatch(
      /^location: \/\.auth\/login\/aad\?post_login_redirect_uri=%2fapi%2fdashboard%2f\r?$/m,
    );
  });
});

describe("who is signed in", () => {
  test.each<[string, Record<string, string>, number]>([
    ["an operator", OPERATOR, 200],
    ["no one signed in", {}, 401],
    ["a user of another identity provider", principal({ auth_typ: "facebook" }), 401],
    ["a user without a role", { "x-ms-client-principal": clientPrincipal([]) }, 403],
    ["a header that is no base64", { "x-ms-client-principal": "{}" }, 401],
    ["two headers in one", { "x-ms-client-principal": `${READER["x-ms-client-principal"]}, x` }, 401],
    ["a header without end", { "x-ms-client-principal": "A".repeat(12_000) }, 401],
  ])("%s", async (_, headers, status) => expect((await send("GET /api/v1/me", headers)).status).toBe(status));

  test("no operator by a setting: in Azure it has no effect", async () => {
    const { status } = await send("GET /api/v1/me", { host: "localhost" });
    expect(status).toBe(401);
  });
});

function principal(some: object): Record<string, string> {
  return { "x-ms-client-principal": clientPrincipal(["Mooring.Operator"], some) };
}
