/** The sender as generated probes the relay as generated, and reports the outcome to Mooring. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiServer } from "../../dev/sandbox/cluster/apiServer.ts";
import { serveApiServer, type Served } from "../../dev/sandbox/cluster/serveApiServer.ts";
import { certificates, type Certificates } from "../../dev/sandbox/identity/certificate.ts";
import { startFakeMooring, type FakeMooring, type Post } from "../builders/fakeMooring.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { placeOf } from "../builders/register.ts";
import { runCli } from "../cli/runCli.ts";
import { startNameServer, type NameServer } from "./nameServer.ts";
import { readManifests, startRelay, type Manifest, type Relay } from "./relay.ts";
import { startTunnel, type Tunnel } from "./tunnel.ts";

const NAME = "probed";

let folder: string;
let app: HostedApp;
let names: NameServer;
let azure: Certificates;
let front: Tunnel;
let apiServer: Served;
let mooring: FakeMooring;
let manifests: Manifest[];
let relay: Relay;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-probe-"));
  [app, names, azure] = await Promise.all([
    hostedApp(),
    startNameServer("127.0.0.1"),
    certificates(join(folder, "azure")),
  ]);
  front = await startTunnel(azure, { to: Number(new URL(app.url).port) });
  const api = new ApiServer();
  [apiServer, mooring] = await Promise.all([serveApiServer(api, azure), startFakeMooring()]);
  manifests = await added();
  relay = await startRelay(manifests, azure.caPath);
  await mountAccount(api);
});
afterAll(async () => {
  names.stop();
  await Promise.all([relay.stop(), front.stop(), app.close(), apiServer.close(), mooring.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function added(): Promise<Manifest[]> {
  const path = join(folder, `${NAME}.yaml`);
  const how = ["--url", `https://localhost:${front.port}`, "--resolver", `127.0.0.1:${names.port}`];
  const { code, err } = await runCli(["clusters", "add", NAME, ...placeOf(NAME), ...how, "--write", path], {
    env: app.settings,
  });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return readManifests(path);
}

const find = (kind: string, name: string) =>
  manifests.find((one) => one.kind === kind && one.metadata.name === name) ?? { kind, metadata: { name } };

async function mountAccount(api: ApiServer): Promise<void> {
  const secret = (name: string, key: string) => String(find("Secret", name)["stringData"][key]);
  await mkdir(join(folder, "account"));
  await writeFile(join(folder, "account", "token"), api.token);
  await writeFile(join(folder, "account", "ca.crt"), azure.ca);
  mooring.token = secret("mooring-token", "token");
  await writeFile(join(folder, "token"), mooring.token);
  await writeFile(join(folder, "relay.crt"), secret("mooring-relay-certificate", "ca.crt"));
  await writeFile(
    join(folder, "send.sh"),
    String(find("ConfigMap", "mooring-declarations")["data"]["send.sh"]),
  );
  await writeFile(join(folder, "other.crt"), (await certificates(join(folder, "other"))).ca);
}

const deployment = () => find("Deployment", "mooring-declarations")["spec"].template.spec;

/** The script with the environment of its Deployment, up to the first post; only files, and where names lead, are of this machine. */
async function firstPost(other: Record<string, string> = {}, port = relay.port): Promise<Post> {
  const temporary = await mkdtemp(join(folder, "tmp-"));
  await writeFile(
    join(temporary, ".curlrc"),
    `connect-to = "mooring-relay.mooring.svc:443:127.0.0.1:${port}"\n`,
  );
  const declared = Object.fromEntries(
    deployment().containers[0].env.map((one: any) => [one.name, one.value]),
  );
  const before = mooring.posts.length;
  const child = spawn("sh", [join(folder, "send.sh")], {
    env: {
      PATH: process.env["PATH"],
      ...declared,
      API_SERVER: apiServer.url,
      DECLARATIONS_URL: mooring.url,
      SERVICE_ACCOUNT: join(folder, "account"),
      TOKEN_FILE: join(folder, "token"),
      RELAY_CA: join(folder, "relay.crt"),
      TMPDIR: temporary,
      CURL_HOME: temporary,
      CURL_CA_BUNDLE: azure.caPath,
      ...other,
    },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const post = await mooring.until((one, { posts }) => posts.indexOf(one) >= before);
  child.kill("SIGTERM");
  await ended;
  return post;
}

test("a relay that answers, and when its certificate expires", async () => {
  const { webhook, certificateEnds = "" } = await firstPost();
  expect(webhook).toBe("ok");
  expect(Date.parse(certificateEnds) - Date.now()).toBeGreaterThan(700 * 24 * 3_600_000);
  expect(front.heads.some((head) => head.startsWith(`POST /api/admit/${NAME}`))).toBe(true);
});

test("only the first of the posts within a quarter of an hour carries it", async () => {
  const before = mooring.posts.length;
  await firstPost();
  const [, second] = mooring.posts.slice(before);
  expect(second?.webhook).toBeUndefined();
});

test("a relay that is unavailable is reported, and the post is sent all the same", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await firstPost({}, port)).toMatchObject({
    webhook: expect.stringMatching(/^Failed to connect|onnect/),
    certificateEnds: undefined,
  });
});

test("a relay whose certificate is not of the webhook's authority", async () => {
  expect((await firstPost({ RELAY_CA: join(folder, "other.crt") })).webhook).toMatch(
    /^SSL certificate problem/,
  );
});

test("a sender without a relay reports none", async () => {
  expect((await firstPost({ RELAY_URL: "" })).webhook).toBeUndefined();
});

test("the Deployment posts to its cluster's route and restarts when the script changes", () => {
  expect(deployment().containers[0].env).toContainEqual({
    name: "DECLARATIONS_URL",
    value: `https://localhost:${front.port}/api/clusters/${NAME}/declarations`,
  });
  const { template, strategy, replicas } = find("Deployment", "mooring-declarations")["spec"];
  expect([strategy, replicas]).toEqual([{ type: "Recreate" }, 1]);
  expect(template.metadata.annotations["mooring.dev/checksum"]).toMatch(/^[0-9a-f]{64}$/);
});

test("the service account may only list and watch Services", () => {
  expect(find("ClusterRole", "mooring-declarations")["rules"]).toEqual([
    { apiGroups: [""], resources: ["services"], verbs: ["list", "watch"] },
  ]);
});

test("the sender may reach the relay, and has of its certificate only what is no secret", () => {
  const volume = deployment().volumes.find(({ name }: { name: string }) => name === "relay");
  expect(volume.secret.items).toEqual([{ key: "ca.crt", path: "ca.crt" }]);
  expect(find("NetworkPolicy", "mooring-declarations")["spec"].egress).toContainEqual({
    to: [
      {
        podSelector: {
          matchLabels: { "app.kubernetes.io/name": "mooring", "app.kubernetes.io/component": "relay" },
        },
      },
    ],
    ports: [{ protocol: "TCP", port: 8443 }],
  });
  expect(JSON.stringify(find("NetworkPolicy", "mooring-relay")["spec"].ingress)).toContain('"declarations"');
});
