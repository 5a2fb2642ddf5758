import { beforeEach, describe, expect, test } from "vitest";
import { operations } from "../../api/operations.ts";
import type { Operation } from "../../api/operation.ts";
import {
  apiOver,
  apiWorld,
  clientPrincipal,
  everything,
  ORIGIN,
  type Ask,
  type Asking,
} from "../builders/api.ts";
import type { MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
let ask: Ask;

beforeEach(async () => {
  run = await apiWorld();
  ask = apiOver(run);
});

/** The path of the operation with sample parameters. */
const lineOf = ({ method, path }: Operation) => `${method} ${path.replaceAll(/\{\w+\}/g, "0123456789ab")}`;
const writing = operations.filter(({ method }) => method !== "GET");

describe("every call requires authentication", () => {
  test.each(operations.map((one) => [one.name, one] as const))("%s", async (_, operation) => {
    const before = everything(run);
    const callers: [string, Asking, number][] = [
      ["without a header", { as: "anonymous" }, 401],
      ["with a header that the platform does not vouch for", { env: {} }, 401],
      ["without a role", { as: "stranger" }, 403],
      ...(operation.role === "Mooring.Operator"
        ? [["as a reader", { as: "reader" }, 403] as [string, Asking, number]]
        : []),
    ];
    for (const [who, asking, status] of callers) {
      const answer = await ask(lineOf(operation), asking);
      expect([who, answer.status]).toEqual([who, status]);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(Object.keys(answer.body)).toEqual(["type", "title", "status", "problems"]);
    }
    expect(everything(run)).toEqual(before);
  });

  test("an unknown path reveals no more to an anonymous caller than an existing one", async () =>
    expect(await ask("GET /nothing", { as: "anonymous" })).toEqual(
      await ask("GET /me", { as: "anonymous" }),
    ));
});

describe("only the app's own pages and programs change anything", () => {
  const foreign: [string, Record<string, string | undefined>][] = [
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page of another port", { origin: `${ORIGIN}:8443` }],
    ["a page without an origin", { origin: "null" }],
    ["a page that the browser calls cross-site", { "sec-fetch-site": "cross-site" }],
    ["another site's page that names no origin of ours", { "sec-fetch-site": "cross-site", origin: ORIGIN }],
    ["a page of another subdomain", { "sec-fetch-site": "same-site", origin: "https://other.example" }],
    ["a form", { "x-mooring-request": undefined }],
    ["a form with the header", { "x-mooring-request": "yes" }],
  ];
  test.each(writing.map((one) => [one.name, one] as const))("%s", async (_, operation) => {
    const before = everything(run);
    for (const [who, headers] of foreign) {
      const answer = await ask(lineOf(operation), { headers, body: {} });
      expect([who, answer.status]).toEqual([who, 403]);
    }
    expect(
      (await ask(lineOf(operation), { headers: { "content-type": "text/plain" }, body: {} })).status,
    ).toBe(415);
    expect(everything(run)).toEqual(before);
  });

  test.each<[string, Record<string, string>]>([
    ["the app's own page", { origin: ORIGIN, "sec-fetch-site": "same-origin" }],
    [
      "the app's own page behind a front end with another name",
      { origin: "https://front.example", "sec-fetch-site": "same-origin" },
    ],
    ["a program", {}],
    ["an address typed in", { "sec-fetch-site": "none" }],
  ])("%s may", async (_, headers) =>
    expect((await ask("POST /resume", { headers, body: {} })).status).toBe(200),
  );

  test("reading needs none of it", async () =>
    expect((await ask("GET /me", { headers: { origin: "https://evil.example" } })).status).toBe(200));
});

describe("all problems are reported at once", () => {
  test.each<[string, string, Asking, number, string[]]>([
    ["no such path", "GET /nothing", {}, 404, ["Path not found"]],
    ["a path too long", "GET /me/more", {}, 404, ["Path not found"]],
    ["a key that is none", "GET /pls/!!", {}, 404, ["Invalid key; use a key that this API returned"]],
    ["broken percent signs", "GET /pls/%zz", {}, 404, ["Path not found"]],
    ["an encoded slash adds no segment", "GET /pls%2Fx", {}, 404, ["Path not found"]],
    [
      "a query with two mistakes",
      "GET /findings?severity=odd&limit=0",
      {},
      400,
      [
        'query.severity: Invalid option: expected one of "error"|"warning"|"info"',
        "query.limit: Too small: expected number to be >=1",
      ],
    ],
    ["an unknown query parameter", "GET /me?x=1", {}, 400, ["query.x: unknown field"]],
    ["an unknown filter", "GET /pls?colour=red", {}, 400, ['query: Unrecognized key: "colour"']],
    [
      "a limit beyond bounds",
      "GET /pls?limit=1001",
      {},
      400,
      ["query.limit: Too big: expected number to be <=1000"],
    ],
    [
      "a made-up continuation",
      "GET /pls?continuation=!!",
      {},
      400,
      ["continuation: invalid; use the value that the previous page returned"],
    ],
    ["an id of another form", "GET /findings/xyz", {}, 400, ["path.id: 12 hexadecimal digits"]],
    [
      "a body with two mistakes",
      "POST /check",
      { body: { cluster: "", manifest: 1 } },
      400,
      [
        "body.cluster: Too small: expected string to have >=1 characters",
        "body.manifest: Invalid input: expected string, received number",
      ],
    ],
    [
      "a body that is missing",
      "POST /check",
      {},
      400,
      [
        "body.cluster: Invalid input: expected string, received undefined",
        "body.manifest: Invalid input: expected string, received undefined",
      ],
    ],
    [
      "an unknown field",
      "POST /audits",
      { body: { everything: true } },
      400,
      ['body: Unrecognized key: "everything"'],
    ],
    [
      "a body too large",
      "POST /stop",
      { raw: `{"reason":"${"x".repeat(70_000)}"}` },
      413,
      ["The body may have 64 KiB"],
    ],
    [
      "a body with a content-length that is too large",
      "POST /stop",
      { body: {}, headers: { "content-length": "70000" } },
      413,
      ["The body may have 64 KiB"],
    ],
    [
      "a manifest that would block other calls while it is parsed",
      "POST /check",
      { body: { cluster: "one", manifest: "x".repeat(33_000) } },
      400,
      ["body.manifest: Too big: expected string to have <=32768 characters"],
    ],
  ])("%s", async (_, what, asking, ...[status, problems]) => {
    const { body, headers } = await ask(what, asking);
    expect(body).toEqual({ type: "about:blank", title: expect.any(String), status, problems });
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(headers["cache-control"]).toBe("no-store");
  });

  test("a body that is no JSON", async () => {
    const { status, body } = await ask("POST /stop", { raw: "{ no" });
    expect([status, body.problems[0]]).toEqual([400, expect.stringMatching(/^body: not JSON: /)]);
  });

  test.each([
    ["DELETE /pls", "GET, HEAD, OPTIONS"],
    ["GET /stop", "POST, OPTIONS"],
    ["POST /findings/0123456789ab/acknowledgement", "PUT, DELETE, OPTIONS"],
  ])("%s is answered with what is allowed", async (what, allow) => {
    const { status, headers } = await ask(what, what.startsWith("GET") ? {} : { body: {} });
    expect([status, headers["allow"]]).toEqual([405, allow]);
  });

  test("our own trouble is a 503 without its words", async () => {
    run.tables.findings.calls.failNext(new Error("secret connection string"));
    const { status, headers, text } = await ask("GET /findings");
    expect([status, headers["retry-after"]]).toEqual([503, "5"]);
    expect(text).not.toContain("secret");
  });
});

describe("answers", () => {
  test("OPTIONS lists the methods of a path, and allows no other origin", async () => {
    const { status, headers, text } = await ask("OPTIONS /audits", {
      headers: { origin: "https://evil.example" },
    });
    expect([status, headers["allow"], text]).toEqual([204, "GET, POST, HEAD, OPTIONS", ""]);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("HEAD is GET without the body", async () => {
    const [head, get] = [await ask("HEAD /pls"), await ask("GET /pls")];
    expect([head.status, head.text, head.headers["etag"]]).toEqual([200, "", get.headers["etag"]]);
  });

  test("are for pages of this app and stored in no shared cache", async () =>
    expect((await ask("GET /me")).headers).toMatchObject({
      "cache-control": "no-cache, private",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      vary: "accept-encoding, cookie, authorization",
    }));

  test("that are as they were cost a 304", async () => {
    const { headers } = await ask("GET /pls");
    const again = await ask("GET /pls", { headers: { "if-none-match": headers["etag"] } });
    expect([again.status, again.text]).toEqual([304, ""]);
    const other = await ask("GET /subnets", { headers: { "if-none-match": headers["etag"] } });
    expect(other.status).toBe(200);
  });

  test("are compressed for whom it helps", async () => {
    const plain = await ask("GET /checks");
    const packed = await ask("GET /checks", { headers: { "accept-encoding": "br, gzip" } });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.text).toBe(plain.text);
    const known = await ask("GET /checks", { headers: { "if-none-match": packed.headers["etag"] } });
    expect(known.status).toBe(304);
    expect(
      (await ask("GET /me", { headers: { "accept-encoding": "gzip" } })).headers["content-encoding"],
    ).toBeUndefined();
    for (const refused of ["identity", "gzip;q=0", ""])
      expect(
        (await ask("GET /checks", { headers: { "accept-encoding": refused } })).headers["content-encoding"],
      ).toBeUndefined();
  });

  test("return the signed-in user", async () =>
    expect(
      (await ask("GET /me", { headers: { "x-ms-client-principal": clientPrincipal(["Mooring.Reader"]) } }))
        .body,
    ).toEqual({
      name: "ada@example.com",
      roles: ["Mooring.Reader"],
      isSandbox: false,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    }));
});
