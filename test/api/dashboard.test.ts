import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, gunzipSync } from "node:zlib";
import { HttpRequest } from "@azure/functions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POLICY, serveDashboard } from "../../api/dashboard.ts";
import type { App } from "../../shared/adapters/app.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { silentLog } from "../../shared/ports/log.ts";
import { Settings } from "../../shared/core/settings.ts";
import { clientPrincipal, ORIGIN } from "../builders/api.ts";
import { MemoryInstallation } from "../memory/installation.ts";
import { memoryRun, SUBSCRIPTION } from "../memory/run.ts";

const INDEX = "<!doctype html><title>Mooring</title>";
const SCRIPT = "console.log('a dashboard');".repeat(100);
let outside: string;
let files: URL;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), "mooring-web-"));
  const web = join(outside, "web");
  files = pathToFileURL(`${web}/`);
  await mkdir(join(web, "views"), { recursive: true });
  await writeFile(join(outside, "secret.txt"), "secret");
  await writeFile(join(web, "index.html"), INDEX);
  await writeFile(join(web, "main-0A1B2C3D.js"), SCRIPT);
  await writeFile(join(web, "main-0A1B2C3D.js.br"), brotliCompressSync(SCRIPT));
  await writeFile(join(web, "views", "pls-deadbeef.css"), "body{}".repeat(300));
  await writeFile(join(web, "notes.md"), "not for the browser");
});
afterAll(() => rm(outside, { recursive: true, force: true }));

interface Asking {
  readonly roles?: string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly at?: URL;
  readonly open?: () => Promise<App>;
}

const settings = Settings.parse({ MOORING_SUBSCRIPTIONS: SUBSCRIPTION });
const opened = async (): Promise<App> => ({
  settings,
  apply: async () => [],
  installation: async () => new MemoryInstallation(),
  run: () => memoryRun(),
  prepare: async () => {},
});

function ask(
  path: string,
  { roles = ["Mooring.Reader"], headers = {}, method = "GET", at, ...site }: Asking = {},
) {
  const principal = roles.length > 0 ? { "x-ms-client-principal": clientPrincipal(roles) } : {};
  const url = path.startsWith("http") ? path : `${ORIGIN}/api/dashboard${path}`;
  const request = new HttpRequest({ method, url, headers: { ...principal, ...headers } });
  const { env = { WEBSITE_AUTH_ENABLED: "true" }, open = opened } = site;
  return serveDashboard(request, silentLog, { open, env, files: at ?? files });
}

const textOf = (body: string | Uint8Array | undefined) => Buffer.from(body ?? "").toString("utf8");

test("the page is the index, always revalidated, and may load this app only", async () => {
  const { status, headers, body } = await ask("/");
  expect([status, textOf(body)]).toEqual([200, INDEX]);
  expect(headers).toEqual({
    "content-security-policy": POLICY,
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache, private",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    etag: expect.stringMatching(/^"[\w-]{27}"$/),
    vary: "accept-encoding, cookie",
  });
  expect(POLICY).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  );
});

test("over http, as in the sandbox, there is no HSTS header", async () => {
  const { headers } = await ask("http://localhost/api/dashboard/");
  expect(headers["strict-transport-security"]).toBeUndefined();
});

test("files whose name has a hash are kept for a year", async () => {
  const { headers } = await ask("/main-0A1B2C3D.js");
  expect([headers["cache-control"], headers["content-type"]]).toEqual([
    "private, max-age=31536000, immutable",
    "text/javascript; charset=utf-8",
  ]);
  expect((await ask("/views/pls-deadbeef.css")).headers["content-type"]).toBe("text/css; charset=utf-8");
});

test("they are sent as the build compressed them, or as gzip, or plain", async () => {
  const br = await ask("/main-0A1B2C3D.js", { headers: { "accept-encoding": "gzip, br" } });
  expect([br.headers["content-encoding"], Buffer.from(br.body ?? "")]).toEqual([
    "br",
    brotliCompressSync(SCRIPT),
  ]);
  const gzip = await ask("/main-0A1B2C3D.js", { headers: { "accept-encoding": "gzip" } });
  expect([gzip.headers["content-encoding"], gunzipSync(Buffer.from(gzip.body ?? "")).toString()]).toEqual([
    "gzip",
    SCRIPT,
  ]);
  const plain = await ask("/main-0A1B2C3D.js");
  expect([plain.headers["content-encoding"], textOf(plain.body)]).toEqual([undefined, SCRIPT]);
});

test("what the browser has costs a 304, HEAD no body", async () => {
  const { headers } = await ask("/");
  const again = await ask("/", { headers: { "if-none-match": headers["etag"] ?? "" } });
  expect([again.status, again.body]).toEqual([304, undefined]);
  const head = await ask("/", { method: "HEAD" });
  expect([head.status, head.body, head.headers["etag"]]).toEqual([200, undefined, headers["etag"]]);
});

test("without its slash the address is put right", async () => {
  const { status, headers } = await ask("");
  expect([status, headers["location"]]).toEqual([308, "dashboard/"]);
});

describe("nothing else can be had", () => {
  test.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/....//secret.txt",
    "//etc/passwd",
    "/views",
    "/views/",
    "/notes.md",
    "/main-0A1B2C3D.js.br",
    "/__proto__",
    "/constructor",
    "/index.html%00.js",
    "/INDEX.html",
  ])("%s", async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(textOf(body)).not.toContain("secret");
  });
});

describe("an unauthorized caller gets a page with the reason", () => {
  test("a stranger is sent to sign in, and comes back", async () => {
    const { status, headers } = await ask("/", { roles: [] });
    expect([status, headers["location"]]).toEqual([
      302,
      "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fdashboard%2F",
    ]);
    expect((await ask("/main-0A1B2C3D.js", { roles: [] })).status).toBe(401);
    const elsewhere = await ask(`${ORIGIN}//evil.example/api/dashboard/`, { roles: [] });
    expect(elsewhere.headers["location"]).toBe(headers["location"]);
  });

  test.each<[string, string, Asking, number, string]>([
    ["a person without a role", "/", { roles: ["Other.Role"] }, 403, "have no role in this app"],
    ["any caller without App Service authentication", "/", { env: {} }, 401, "App Service authentication"],
    [
      "a forged header, where the platform does not vouch for it",
      "/",
      { env: { WEBSITE_AUTH_ENABLED: "false" } },
      401,
      "Not signed in",
    ],
    [
      "a page of the web that has this machine by another name",
      "http://evil.example/api/dashboard/",
      {
        roles: [],
        env: {},
        open: async () => ({ ...(await opened()), settings: { ...settings, MOORING_LOCAL_OPERATOR: "op" } }),
      },
      403,
      "requests to localhost only",
    ],
    ["an unknown path", "/nowhere", {}, 404, "Page not found"],
    [
      "any caller, while the settings are invalid",
      "/",
      { open: () => Promise.reject(new InvalidInput("MOORING_SUBSCRIPTIONS: missing")) },
      503,
      "temporarily unavailable",
    ],
    [
      "any caller, where the build has no dashboard",
      "/",
      { at: new URL("file:///nowhere-at-all/") },
      503,
      "temporarily unavailable",
    ],
  ])("%s", async (_, path, asking, ...[status, words]) => {
    const answer = await ask(path, asking);
    expect([answer.status, textOf(answer.body)]).toEqual([status, expect.stringContaining(words)]);
    expect(answer.headers["content-security-policy"]).toMatch(/style-src 'sha256-[\w+/=]+';/);
    expect(answer.headers["content-security-policy"]).not.toContain("unsafe");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(textOf(answer.body)).not.toContain("MOORING_");
  });
});
