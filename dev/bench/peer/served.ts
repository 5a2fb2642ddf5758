/**
 * Both over HTTP, as an API server calls them: the built app on the sandbox's host with its inventory in
 * storage, and Pepr with its in memory.
 */
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as later } from "node:timers/promises";
import { startHostProcess } from "../../sandbox/start/host.ts";
import { certificates, type Certificates } from "../../sandbox/identity/certificate.ts";
import { registerCluster } from "../../../shared/declarations/registry.ts";
import { buildApp } from "../../tools/build.ts";
import { measure } from "../measure.ts";
import type { Bench, Figure } from "../figures.ts";
import { cluster, connectedRun, fillInventory, SUBSCRIPTION } from "../inventory.ts";
import { asking, document } from "../reviews.ts";
import { startPeer } from "./startPeer.ts";

const CLIENTS = [1, 8];
const PREFIX = "benchserved";

export async function served(bench: Bench): Promise<Figure[]> {
  const pem = await certificates(join(bench.directory, "peer"));
  const [ours, peer] = [await startOurs(bench), await startPeer(join(bench.directory, "peer"), pem)];
  try {
    await Promise.all([ours, peer].map(({ url }) => answers(url, pem)));
    const figures: Figure[] = [];
    for (const [index, clients] of CLIENTS.entries()) {
      const theirs = await measure(clients, (n) => ask(peer.url, pem, asking(index, n)));
      const mine = await measure(clients, (n) => ask(ours.url, pem, asking(index, n)));
      figures.push({
        name: `decisions over HTTP that reserve in storage, ${clients} at once`,
        unit: "/s",
        ours: mine.rate,
        peer: { what: "Pepr, a set in memory", value: theirs.rate },
      });
    }
    return figures;
  } finally {
    await ours.stop();
    peer.stop();
  }
}

async function startOurs(bench: Bench) {
  const run = connectedRun(bench, PREFIX);
  await fillInventory(run, 1000);
  const { tokens: _, registeredAtUtc: __, ...registration } = cluster;
  const { token } = await registerCluster(run, { ...registration, unchecked: "benchmark" });
  const app = await buildApp(join(bench.directory, "served"));
  const settings = {
    AzureWebJobsStorage: bench.connection,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_ARM_ENDPOINT: "https://127.0.0.1:1",
    MOORING_TABLE_PREFIX: PREFIX,
  };
  const host = await startHostProcess({ app, port: 0, state: bench.directory, settings });
  return { url: `${host.url}/api/admit/${cluster.name}/${token}`, stop: () => host.stop() };
}

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxSockets: 64 }),
  "https:": new https.Agent({ keepAlive: true, maxSockets: 64 }),
};

function ask(url: string, { ca }: Certificates, object: object): Promise<void> {
  const { protocol } = new URL(url) as URL & { protocol: keyof typeof agents };
  const { request } = protocol === "http:" ? http : https;
  const headers = { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, agent: agents[protocol], ca, servername: "localhost" };
    const asked = request(url, options, (answer) => {
      text(answer).then((body) => (isAllowed(body) ? resolve() : reject(new Error(body))), reject);
    });
    asked.on("error", reject).end(JSON.stringify(document(object)));
  });
}

function isAllowed(body: string): boolean {
  return body.startsWith("{") && JSON.parse(body).response?.allowed === true;
}

/** Until it is up; Pepr takes some seconds. */
async function answers(url: string, pem: Certificates): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const isUp = await ask(url, pem, asking(50, tries)).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await later(200);
  }
  throw new Error(`${url} does not answer`);
}
