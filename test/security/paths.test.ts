/** Ambiguous paths reach no files except the dashboard's and no routes except the app's. Sent exactly as written here. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { rawRequest, sendRaw, type RawAnswer } from "../builders/rawHttp.ts";

let app: HostedApp;
beforeAll(async () => {
  app = await hostedApp({ MOORING_LOCAL_OPERATOR: "op" });
});
afterAll(() => app.close());

function get(path: string, method = "GET"): Promise<RawAnswer> {
  const port = Number(new URL(app.url).port);
  return sendRaw({ port }, rawRequest(`${method} ${path}`, { host: `127.0.0.1:${port}` }));
}

/** What stands in files next to the dashboard's, and on the machine. */
const SECRETS = /"type": ?"module"|extensionBundle|mooring-pls|root:|createRequire|AccountKey/;

const UP = [
  "../package.json",
  "../../package.json",
  "..%2fpackage.json",
  "%2e%2e/package.json",
  "%2e%2e%2fpackage.json",
  "%252e%252e%252fpackage.json",
  "..%5cpackage.json",
  "..\\package.json",
  "....//package.json",
  "..;/package.json",
  ".%00./package.json",
  "index.html%00.js",
  "index.html/../../package.json",
  "/etc/passwd",
  "//etc/passwd",
  "%2fetc%2fpasswd",
  "..%c0%afpackage.json",
  "..%ef%bc%8fpackage.json",
  "file:///etc/passwd",
  "../main.mjs",
  "..%2fhost.json",
  "__proto__",
  "constructor",
  "index.html.gz",
  "%",
  "%E0%A4%A",
  "C:%5cwindows%5cwin.ini",
  "a/".repeat(3000),
];

describe("the dashboard's files", () => {
  test.each(UP)("/api/dashboard/%s is none", async (path) => {
    const { status, body } = await get(`/api/dashboard/${path}`);
    expect([308, 400, 404]).toContain(status);
    expect(body).not.toMatch(SECRETS);
  });

  test.each(["/API/Dashboard/index.html", "/api/dashboard/index.html?../package.json"])(
    "%s is the page that it names",
    async (path) => {
      const { status, body } = await get(path);
      expect([status, body]).toEqual([200, expect.stringContaining("<!doctype html>")]);
    },
  );

  test.each(["INDEX.HTML", "index.html/", "index.html%20", " index.html", "index.html."])(
    "no other spelling of a name: %s",
    async (path) => expect([400, 404]).toContain((await get(`/api/dashboard/${path}`)).status),
  );

  test("a redirect without the trailing slash cannot lead to another host", async () => {
    for (const path of ["/api/dashboard", "//evil.example/api/dashboard", "/api/dashboard?//evil.example"]) {
      const { status, head } = await get(path);
      expect([308, 404]).toContain(status);
      expect(/^location: (.*?)\r?$/m.exec(head)?.[1] ?? "dashboard/").toBe("dashboard/");
    }
  });
});

describe("the app's routes", () => {
  test.each([
    "/api/v1/../admin/functions",
    "/api/v1/..%2f..%2fadmin%2ffunctions",
    "/api/v1/%2e%2e/%2e%2e/admin/functions",
    "/api/dashboard/../../admin/functions",
    "/api/v1//me",
    "/api/v1/me%2f",
    "/api/v1/me;x=1",
    "/api/v1/%6de%00",
    "/api/v1/v1/me",
    "/api/x/v1/me",
    "/api/v1/findings/..%2fme",
    "/api/v1/pls/%2e%2e",
    "http://evil.example/api/nothing",
    `/api/v1/${"x".repeat(8000)}`,
  ])("%s reaches nothing else", async (path) => {
    const { status, body } = await get(path);
    expect([400, 401, 404, 405]).toContain(status);
    expect(body).not.toMatch(/"bindings"|"roles"/);
  });

  test("one that is longer than any server takes is refused, and the next is not", async () => {
    expect((await get(`/api/v1/${"x".repeat(100_000)}`)).status).toBe(431);
    expect((await get("/api/v1/me")).status).toBe(200);
  });

  test.each(["TRACE", "CONNECT", "PROPFIND", "PATCH"])("%s is no method of theirs", async (method) =>
    expect([0, 400, 404, 405]).toContain((await get("/api/v1/me", method)).status),
  );

  test("a method in a header counts for nothing", async () => {
    const port = Number(new URL(app.url).port);
    const headers = { host: `127.0.0.1:${port}`, "x-http-method-override": "POST", "x-mooring-request": "1" };
    const { status } = await sendRaw({ port }, rawRequest("GET /api/v1/stop", headers));
    expect(status).toBe(405);
  });
});
