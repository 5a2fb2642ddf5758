/** The snapshot job as generated asks the relay as generated, and the app hears with the snapshot how that went. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { certificates, type Certificates } from "../../sandbox/identity/certificate.ts";
import { createPorts } from "../../shared/azure/ports.ts";
import type { Snapshot } from "../../shared/intents/model.ts";
import { parseSettings } from "../../shared/settings.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { PLACE } from "../builders/register.ts";
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
let apiServer: Server;
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
  apiServer = createServer({ key: azure.key, cert: azure.cert }, (_, response) =>
    response.end(JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata: {}, items: [] })),
  );
  await new Promise<void>((resolve) => apiServer.listen(0, "127.0.0.1", resolve));
  manifests = await added();
  relay = await startRelay(manifests, azure.caPath);
  await mountAccount();
});
afterAll(async () => {
  names.stop();
  apiServer.close();
  apiServer.closeAllConnections();
  await Promise.all([relay.stop(), front.stop(), app.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function added(): Promise<Manifest[]> {
  const path = join(folder, `${NAME}.yaml`);
  const how = ["--url", `https://localhost:${front.port}`, "--resolver", `127.0.0.1:${names.port}`];
  const { code, err } = await runCli(["clusters", "add", NAME, ...PLACE, ...how, "--write", path], {
    env: app.settings,
  });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return readManifests(path);
}

const find = (kind: string, name: string) =>
  manifests.find((one) => one.kind === kind && one.metadata.name === name) ?? { kind, metadata: { name } };

async function mountAccount(): Promise<void> {
  const secret = (name: string, key: string) => String(find("Secret", name)["stringData"][key]);
  await mkdir(join(folder, "account"));
  await writeFile(join(folder, "account", "token"), "of-the-service-account");
  await writeFile(join(folder, "account", "ca.crt"), azure.ca);
  await writeFile(join(folder, "token"), secret("mooring-token", "token"));
  await writeFile(join(folder, "relay.crt"), secret("mooring-relay-certificate", "ca.crt"));
  await writeFile(join(folder, "send.sh"), String(find("ConfigMap", "mooring-snapshot")["data"]["send.sh"]));
  await writeFile(join(folder, "other.crt"), (await certificates(join(folder, "other"))).ca);
}

/** The job's script with the job's environment; only files, and where names lead, are of this machine. */
async function send(
  other: Record<string, string> = {},
  port = relay.port,
): Promise<{ code: number | null; err: string }> {
  const temporary = await mkdtemp(join(folder, "tmp-"));
  await writeFile(
    join(temporary, ".curlrc"),
    `connect-to = "mooring-relay.mooring.svc:443:127.0.0.1:${port}"\n`,
  );
  const { containers } = find("CronJob", "mooring-snapshot")["spec"].jobTemplate.spec.template.spec;
  const declared = Object.fromEntries(containers[0].env.map((one: any) => [one.name, one.value]));
  const child = spawn("sh", [join(folder, "send.sh")], {
    env: {
      PATH: process.env["PATH"],
      ...declared,
      API_SERVER: `https://localhost:${(apiServer.address() as AddressInfo).port}`,
      SERVICE_ACCOUNT: join(folder, "account"),
      TOKEN_FILE: join(folder, "token"),
      RELAY_CA: join(folder, "relay.crt"),
      TMPDIR: temporary,
      CURL_HOME: temporary,
      CURL_CA_BUNDLE: azure.caPath,
      ...other,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [err, code] = await Promise.all([text(child.stderr), ended]);
  return { code, err };
}

async function told(): Promise<Snapshot["webhook"]> {
  const { tables } = createPorts(parseSettings(app.settings)).ports;
  return (await tables.snapshots.get("all", NAME))?.value.webhook;
}

test("a relay that answers, and when its certificate ends", async () => {
  expect(await send()).toEqual({ code: 0, err: "" });
  expect(await told()).toEqual({ verdict: "ok", certificateEndsAtUtc: expect.any(String) });
  const end = (await told())?.certificateEndsAtUtc ?? "";
  expect(Date.parse(end) - Date.now()).toBeGreaterThan(700 * 24 * 3_600_000);
  expect(front.heads.some((head) => head.startsWith(`POST /api/admit/${NAME}`))).toBe(true);
});

test("one that is away is told, and the snapshot is sent all the same", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await send({}, port)).toEqual({ code: 0, err: "" });
  expect(await told()).toEqual({ verdict: expect.stringMatching(/^Failed to connect|onnect/) });
});

test("one whose certificate the webhook's authority does not vouch for", async () => {
  expect((await send({ RELAY_CA: join(folder, "other.crt") })).code).toBe(0);
  expect((await told())?.verdict).toMatch(/^SSL certificate problem/);
});

test("a job that does not ask says nothing of it", async () => {
  expect((await send({ RELAY_URL: "" })).code).toBe(0);
  expect(await told()).toBeUndefined();
});

test("the job may reach the relay, and has of its certificate only what is no secret", () => {
  const { spec } = find("CronJob", "mooring-snapshot")["spec"].jobTemplate.spec.template;
  const volume = spec.volumes.find(({ name }: { name: string }) => name === "relay");
  expect(volume.secret.items).toEqual([{ key: "ca.crt", path: "ca.crt" }]);
  expect(find("NetworkPolicy", "mooring-snapshot")["spec"].egress).toContainEqual({
    to: [
      {
        podSelector: {
          matchLabels: { "app.kubernetes.io/name": "mooring", "app.kubernetes.io/component": "relay" },
        },
      },
    ],
    ports: [{ protocol: "TCP", port: 8443 }],
  });
  expect(JSON.stringify(find("NetworkPolicy", "mooring-relay")["spec"].ingress)).toContain('"snapshot"');
});
