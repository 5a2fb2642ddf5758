/** Every endpoint of the built app with every credential of another kind. All refusals of the clusters' endpoints are identical. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientPrincipal } from "../builders/api.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { register } from "../builders/register.ts";
import { runCli } from "../cli/runCli.ts";

const CLUSTER_ENDPOINTS = {
  admit: "/api/admit/one",
  mutate: "/api/mutate/one",
  declarations: "/api/clusters/one/declarations",
};
const OTHER_ENDPOINTS = ["/api/v1/me", "/api/v1/findings", "/api/v1/journal", "/api/dashboard/"];

let app: HostedApp;
let right: string;
let secrets: Record<string, string>;
beforeAll(async () => {
  app = await hostedApp();
  const first = await register("one", app.settings);
  // Before the app has read the cluster, which it caches for a few seconds.
  right = await rotate("one");
  const other = await register("other", app.settings);
  secrets = {
    none: "",
    "a wrong one": "A".repeat(43),
    "one that was rotated out": first,
    "another cluster's": other,
    "the right one in upper case": right.toUpperCase(),
    "the right one cut short": right.slice(0, -1),
    "the right one and more": `${right}A`,
    "the right one twice": `${right},${right}`,
    "its hash": createHash("sha256").update(right).digest("hex"),
    "a word of JavaScript": "__proto__",
    "the host's key": app.keys.master,
  };
});
afterAll(() => app.close());

async function rotate(name: string): Promise<string> {
  const { out } = await runCli(["-o", "json", "clusters", "rotate", name, "--overlap-hours", "0"], {
    env: app.settings,
  });
  return JSON.parse(out).token;
}

const CREDENTIALS = [
  "none",
  "a wrong one",
  "one that was rotated out",
  "another cluster's",
  "the right one in upper case",
  "the right one cut short",
  "the right one and more",
  "the right one twice",
  "its hash",
  "a word of JavaScript",
  "the host's key",
];

async function send(path: string, headers: Record<string, string> = {}) {
  const { status, body } = await app.call(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: '{"kind":"List","items":[]}',
  });
  return { status, body };
}

const REFUSED = { status: 404, body: { problems: ["not found"] } };

describe.each(Object.entries(CLUSTER_ENDPOINTS))("%s", (_, endpoint) => {
  test("opens to the right token, in the header or as the last segment", async () => {
    const answers = [await send(endpoint, { "x-mooring-token": right }), await send(`${endpoint}/${right}`)];
    for (const { status } of answers) expect(status).not.toBe(404);
  });

  test.each(CREDENTIALS)("stays shut to %s in the header", async (credential) =>
    expect(await send(endpoint, { "x-mooring-token": secrets[credential] ?? "" })).toEqual(REFUSED),
  );

  test.each(CREDENTIALS.slice(1))("stays shut to %s in the path", async (credential) =>
    expect(await send(`${endpoint}/${encodeURIComponent(secrets[credential] ?? "")}`)).toEqual(REFUSED),
  );

  test.each<[string, (token: string) => Promise<unknown>]>([
    ["in the query", (token) => send(`${endpoint}?token=${token}&x-mooring-token=${token}&code=${token}`)],
    ["as a bearer", (token) => send(endpoint, { authorization: `Bearer ${token}` })],
    ["as a cookie", (token) => send(endpoint, { cookie: `x-mooring-token=${token}` })],
    ["as a function key", (token) => send(endpoint, { "x-functions-key": token })],
    ["beside a wrong header", (token) => send(`${endpoint}/${token}`, { "x-mooring-token": "wrong" })],
    ["for another cluster", (token) => send(endpoint.replace("one", "other"), { "x-mooring-token": token })],
    ["for no cluster", (token) => send(endpoint.replace("one", "absent"), { "x-mooring-token": token })],
    [
      "for a made-up cluster",
      (token) => send(endpoint.replace("one", "__proto__"), { "x-mooring-token": token }),
    ],
    ["for a filter", (token) => send(endpoint.replace("one", "x'%20or%20'1"), { "x-mooring-token": token })],
  ])("stays shut to the right token %s", async (_, attempt) => expect(await attempt(right)).toEqual(REFUSED));

  test("an empty header beside the right path is a wrong one", async () =>
    expect(await send(`${endpoint}/${right}`, { "x-mooring-token": "" })).toEqual(REFUSED));
});

describe("endpoints for operators", () => {
  const forged: Record<string, string> = {
    "x-ms-client-principal": clientPrincipal(["Mooring.Operator"]),
    "x-ms-client-principal-id": "ada",
    "x-ms-client-principal-name": "ada@example.com",
    "x-ms-client-principal-idp": "aad",
    "x-ms-token-aad-id-token": "e30.e30.",
    "x-original-url": "/api/health",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-host": "localhost",
    host: "localhost",
  };

  test.each(OTHER_ENDPOINTS)("%s is closed to unauthenticated identities", async (path) => {
    for (const headers of [{}, forged, { ...forged, authorization: "Bearer x" }])
      expect((await app.call(path, { headers })).status).toBe(401);
  });

  test.each(OTHER_ENDPOINTS)("%s is shut to clusters", async (path) => {
    for (const headers of [{ "x-mooring-token": right }, { authorization: `Bearer ${right}` }])
      expect((await app.call(path, { headers })).status).toBe(401);
  });
});

describe("endpoints for machines", () => {
  test.each<[string, string, RequestInit]>([
    ["Event Grid's without its key", "/runtime/webhooks/eventgrid?functionName=onResourceEvent", {}],
    ["Event Grid's with a token", "/runtime/webhooks/eventgrid?functionName=onResourceEvent&code=RIGHT", {}],
    ["the host's own without its key", "/admin/functions", {}],
    ["the host's own with a token", "/admin/functions?code=RIGHT", {}],
  ])("%s stay shut", async (_, path, init) => {
    const answer = await app.call(path.replace("RIGHT", right), { method: "POST", ...init });
    expect(answer.status).toBe(401);
  });

  test("health contains no setting", async () => {
    const said = JSON.stringify((await app.call("/api/health")).body);
    for (const secret of [...Object.values(app.settings), right].filter((one) => one.length > 8))
      expect(said).not.toContain(secret);
  });
});
