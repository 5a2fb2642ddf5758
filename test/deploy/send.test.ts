/** The snapshot job's script as a cluster runs it: sh and curl, between an API server and the app. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { certificates, type Certificates } from "../../sandbox/identity/certificate.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { register } from "../builders/register.ts";
import { startTunnel, type Tunnel } from "./tunnel.ts";

const SCRIPT = join(import.meta.dirname, "../../deploy/snapshot/send.sh");
const ACCOUNT_TOKEN = "of-the-service-account";

let folder: string;
let app: HostedApp;
let trusted: Certificates;
let front: Tunnel;
let apiServer: Server;
let answer: (response: ServerResponse) => void;
let asked: IncomingMessage[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-send-"));
  [app, trusted] = await Promise.all([hostedApp(), certificates(join(folder, "trusted"))]);
  front = await startTunnel(trusted, { to: Number(new URL(app.url).port) });
  apiServer = createServer({ key: trusted.key, cert: trusted.cert }, (request, response) => {
    asked.push(request);
    answer(response);
  });
  await new Promise<void>((resolve) => apiServer.listen(0, "127.0.0.1", resolve));
  const token = await register("one", app.settings);
  await mkdir(join(folder, "account"));
  await writeFile(join(folder, "account", "token"), ACCOUNT_TOKEN);
  await writeFile(join(folder, "account", "ca.crt"), trusted.ca);
  await writeFile(join(folder, "token"), token);
});
afterAll(async () => {
  apiServer.close();
  apiServer.closeAllConnections();
  await Promise.all([front.stop(), app.close()]);
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  front.heads.length = 0;
});

async function send(): Promise<{ code: number | null; out: string; err: string }> {
  const temporary = await mkdtemp(join(folder, "tmp-"));
  const child = spawn("sh", [SCRIPT], {
    env: {
      PATH: process.env["PATH"],
      SERVICE_ACCOUNT: join(folder, "account"),
      API_SERVER: `https://localhost:${(apiServer.address() as AddressInfo).port}`,
      SNAPSHOT_URL: `https://localhost:${front.port}/api/clusters/one/snapshot`,
      TOKEN_FILE: join(folder, "token"),
      TMPDIR: temporary,
      // Azure's authority is in the image; this is ours.
      CURL_CA_BUNDLE: trusted.caPath,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

const service = (name: string, type = "LoadBalancer") => ({
  metadata: { name, namespace: "shop", uid: `uid-${name}` },
  spec: { type, ports: [{ port: 80 }] },
});
const list = (...items: object[]) =>
  JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items });

test("sends the cluster's list and prints what Mooring took from it", async () => {
  answer = (response) => response.end(list(service("web"), service("api"), service("inner", "ClusterIP")));
  const { code, out, err } = await send();
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(JSON.parse(out)).toEqual({ services: 2, added: 2, changed: 0, removed: 0 });
  expect(asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ["/api/v1/services", `Bearer ${ACCOUNT_TOKEN}`],
  ]);
});

describe("sends nothing, and fails, when the API server", () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ["refuses", (response) => response.writeHead(403).end('{"kind":"Status"}')],
    [
      "breaks off",
      (response) =>
        void response
          .writeHead(200, { "content-length": 5000 })
          .write('{"kind":"Serv', () => response.destroy()),
    ],
  ])("%s", async (_, answers) => {
    answer = answers;
    expect((await send()).code).not.toBe(0);
    expect(front.heads).toEqual([]);
  });
});

test("fails, and says what Mooring said, when the list is refused", async () => {
  answer = (response) =>
    response.end(JSON.stringify({ kind: "ServiceList", metadata: { continue: "more" }, items: [] }));
  const { code, out } = await send();
  expect(code).not.toBe(0);
  expect(out).toContain("the list is only a part");
});
