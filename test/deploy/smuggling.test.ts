/** A caller of the relay cannot deceive the app. Requests are hand-written, so that no client corrects them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificates, type Certificates } from "../../dev/sandbox/identity/certificate.ts";
import { clientPrincipal } from "../builders/api.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { rawRequest, sendRaw, type RawAnswer } from "../builders/rawHttp.ts";
import { placeOf } from "../builders/register.ts";
import { runCli } from "../cli/runCli.ts";
import { startNameServer, type NameServer } from "./nameServer.ts";
import { readManifests, startRelay, type Relay } from "./relay.ts";
import { startTunnel, type Tunnel } from "./tunnel.ts";

const SERVICE = "mooring-relay.mooring.svc";
const BODY = '{"kind":"AdmissionReview"}';
const TYPED = { host: SERVICE, "content-type": "application/json" };

let folder: string;
let app: HostedApp;
let names: NameServer;
let azure: Certificates;
let front: Tunnel;
let relay: Relay;
let token: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-smuggling-"));
  [app, names, azure] = await Promise.all([
    hostedApp(),
    startNameServer("127.0.0.1"),
    certificates(join(folder, "azure")),
  ]);
  front = await startTunnel(azure, { to: Number(new URL(app.url).port) });
  const path = join(folder, "relay.yaml");
  const where = ["--url", `https://localhost:${front.port}`, "--resolver", `127.0.0.1:${names.port}`];
  const { out } = await runCli(
    ["-o", "json", "clusters", "add", "one", ...placeOf("one"), ...where, "--write", path],
    { env: app.settings },
  );
  token = JSON.parse(out).token;
  relay = await startRelay(await readManifests(path), azure.caPath);
});
afterAll(async () => {
  await relay.stop();
  names.stop();
  await Promise.all([front.stop(), app.close()]);
  await rm(folder, { recursive: true, force: true });
});

const tls = () => ({ ca: relay.authority, servername: SERVICE });

async function send(bytes: string | Uint8Array): Promise<RawAnswer & { heads: string[] }> {
  const before = front.heads.length;
  const answer = await sendRaw({ port: relay.port, tls: tls() }, bytes);
  return { ...answer, heads: front.heads.slice(before) };
}

/** Names of what reached the app, in order of the alphabet. */
function headersOf(head: string): string[] {
  return head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(":")[0]?.toLowerCase() ?? "")
    .toSorted();
}

const FORGED: readonly (readonly [name: string, value: string])[] = [
  ["x-ms-client-principal", clientPrincipal(["Mooring.Operator"])],
  ["x-ms-client-principal-name", "ada@example.com"],
  ["x-ms-token-aad-access-token", "e30"],
  ["x-mooring-token", "mine"],
  ["x-mooring-request", "1"],
  ["x-functions-key", "mine"],
  ["authorization", "Bearer mine"],
  ["cookie", "AppServiceAuthSession=mine"],
  ["x-forwarded-for", "127.0.0.1"],
  ["x-forwarded-host", "evil.example"],
  ["x-forwarded-proto", "https"],
  ["forwarded", "for=127.0.0.1"],
  ["x-original-url", "/api/v1/stop"],
  ["x-rewrite-url", "/api/v1/stop"],
  ["x-http-method-override", "DELETE"],
  ["x-arr-ssl", "mine"],
  ["x-site-deployment-id", "mine"],
  ["x-waws-unencoded-url", "/api/v1/stop"],
  ["disguised-host", "mine"],
  ["was-default-hostname", "mine"],
  ["content-encoding", "gzip"],
  ["expect", "100-continue"],
  ["upgrade", "h2c"],
  ["te", "trailers"],
  ["connection", "close, x-mooring-token, host"],
  ["keep-alive", "timeout=1"],
  ["proxy-authorization", "Basic mine"],
  ["x_mooring_token", "mine"],
  ["origin", "https://evil.example"],
];

describe("of a caller's headers", () => {
  test.each(FORGED)("%s does not reach the app", async (name, value) => {
    const { heads } = await send(
      rawRequest("POST /admit", { ...TYPED, connection: "close", [name]: value }, BODY),
    );
    const [head = ""] = heads;
    expect(heads.length).toBe(1);
    expect(headersOf(head)).toEqual(["content-length", "content-type", "host", "x-mooring-token"]);
    expect(head).toContain(`X-Mooring-Token: ${token}`);
    expect(head).not.toContain(value === "1" ? "X-Mooring-Request" : value.slice(0, 40));
  });
});

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n\r\n`;
const START = ["POST /admit HTTP/1.1", `host: ${SERVICE}`, "content-type: application/json"];
const HIDDEN = lines(
  "POST /api/v1/stop HTTP/1.1",
  "host: localhost",
  "x-mooring-request: 1",
  "content-length: 0",
);

/** Two readings of where a request ends; only one may be had. */
const AMBIGUOUS: readonly (readonly [what: string, bytes: string])[] = [
  [
    "a length and chunks",
    `${lines(...START, `content-length: ${5 + HIDDEN.length}`, "transfer-encoding: chunked")}0\r\n\r\n${HIDDEN}`,
  ],
  [
    "chunks spelled oddly",
    `${lines(...START, "content-length: 4", "transfer-encoding: xchunked")}5c\r\n${HIDDEN}`,
  ],
  [
    "chunks with a tab",
    `${lines(...START, "content-length: 4", "transfer-encoding:\tchunked")}0\r\n\r\n${HIDDEN}`,
  ],
  ["chunks and identity", `${lines(...START, "transfer-encoding: chunked, identity")}0\r\n\r\n${HIDDEN}`],
  [
    "chunked encoding declared twice",
    `${lines(...START, "transfer-encoding: chunked", "transfer-encoding: x")}0\r\n\r\n${HIDDEN}`,
  ],
  [
    "two lengths",
    `${lines(...START, "content-length: 2", `content-length: ${2 + HIDDEN.length}`)}{}${HIDDEN}`,
  ],
  ["a length with a sign", `${lines(...START, "content-length: +2")}{}`],
  ["a length that is too long", `${lines(...START, "content-length: 99999999999999999999")}{}`],
  ["a space before the colon", `${lines(...START, "content-length : 2")}{}`],
  ["two hosts", lines(...START, "host: localhost", "content-length: 0")],
  ["no host", lines("POST /admit HTTP/1.1", "content-length: 0")],
  [
    "a line break in a header",
    lines(...START, "x: a\rx-mooring-token: b", "content-length: 0", "connection: close"),
  ],
  ["NUL in a header", lines(...START, "x: a\u0000b", "content-length: 0")],
  [
    "a chunk longer than declared",
    `${lines(...START, "transfer-encoding: chunked")}2\r\n{}${HIDDEN}0\r\n\r\n`,
  ],
  ["a chunk of no number", `${lines(...START, "transfer-encoding: chunked")}zz\r\n{}\r\n0\r\n\r\n`],
];

describe("where a request ends", () => {
  test.each(AMBIGUOUS)("%s: the app never sees another one in it", async (_, bytes) => {
    const { status, heads } = await send(bytes);
    for (const head of heads) expect(head).toMatch(/^POST \/api\/admit\/one HTTP\/1\.1\r\n/);
    // What is no request at all is refused here; what the relay can read it sends on in one form only.
    if (heads.length === 0) expect([400, 404, 411, 413, 501]).toContain(status);
    for (const head of heads)
      expect(headersOf(head).filter((name) => /^(content-length|transfer-encoding)$/.test(name))).toEqual([
        "content-length",
      ]);
  });

  test("chunks are sent on with a length", async () => {
    const { heads } = await send(
      `${lines(...START, "transfer-encoding: chunked", "connection: close")}2\r\n{}\r\n0\r\n\r\n`,
    );
    expect(heads.map(headersOf)).toEqual([["content-length", "content-type", "host", "x-mooring-token"]]);
  });
});

describe("of paths", () => {
  test.each([
    "/admit/../api/v1/stop",
    "/admit%2f..%2f..%2fapi%2fv1%2fstop",
    "/admit/%2e%2e/api/v1/stop",
    "/admit%00",
    "/admit/",
    "//admit",
    "/ADMIT",
    "/admit;x",
    "/mutate/../admit/other",
    "/api/admit/one",
    "/%61dmit/x",
    `/${"a/".repeat(2000)}`,
  ])("%s is none of the two", async (path) => {
    const { status, heads } = await send(rawRequest(`POST ${path}`, TYPED, BODY));
    const asked = heads.map((head) => head.split("\r\n")[0]);
    // What is written otherwise and means /admit is /admit; nothing else goes on.
    for (const line of asked) expect(line).toBe("POST /api/admit/one HTTP/1.1");
    if (asked.length === 0) expect([400, 404, 414]).toContain(status);
  });

  test.each(["?x=%0d%0aX-Evil:1", "?timeout=5s%20HTTP/1.1%0d%0aX:1", "?%00", "?../../v1/stop"])(
    "%s stays a query",
    async (query) => {
      const { heads } = await send(rawRequest(`POST /admit${query}`, TYPED, BODY));
      for (const head of heads) {
        expect(head).toMatch(/^POST \/api\/admit\/one\?\S* HTTP\/1\.1\r\n/);
        expect(headersOf(head)).toEqual(["content-length", "content-type", "host", "x-mooring-token"]);
      }
    },
  );
});

describe("callers that take their time", () => {
  test.each<[string, string]>([
    ["a head that does not end", `POST /admit HTTP/1.1\r\nhost: ${SERVICE}\r\n`],
    ["a body that does not come", lines(...START, "content-length: 100")],
  ])("%s: the relay closes the connection, and the app never receives it", async (_, bytes) => {
    const before = front.heads.length;
    // Resolves when the relay ends the connection; nothing on this side does.
    const { status } = await sendRaw({ port: relay.port, tls: tls() }, bytes);
    expect([0, 408]).toContain(status);
    expect(front.heads.length).toBe(before);
  });

  test("many of them leave room for a review", async () => {
    const slow = Array.from({ length: 100 }, () => {
      const socket = connect({ ...tls(), port: relay.port, host: "127.0.0.1" });
      socket.on("error", () => socket.destroy());
      socket.write(`POST /admit HTTP/1.1\r\nhost: ${SERVICE}\r\n`);
      return socket;
    });
    const { status } = await send(rawRequest("POST /admit", TYPED, BODY));
    for (const socket of slow) socket.destroy();
    expect(status).toBe(400);
  });
});
