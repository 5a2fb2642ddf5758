/** Pepr's webhook server in a separate process, with the parts of a cluster that it needs to start. */
import { execFile, spawn } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Certificates } from "../../sandbox/identity/certificate.ts";

const PACKAGE = "pepr@1.1.4";
const PORT = 13_000;

export interface Peer {
  readonly url: string;
  stop(): void;
}

/** @throws Error if npm cannot install it */
export async function startPeer(directory: string, { key, cert }: Certificates): Promise<Peer> {
  await mkdir(directory, { recursive: true });
  await promisify(execFile)("npm", ["install", "--prefix", directory, "--no-audit", "--no-fund", PACKAGE]);
  await copyFile(join(import.meta.dirname, "module.mjs"), join(directory, "module.mjs"));
  const cluster = await startCluster();
  const server = `http://127.0.0.1:${(cluster.address() as AddressInfo).port}`;
  const files = { "kube.json": kubeconfig(server), "peer.key": key, "peer.pem": cert };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const child = spawn(process.execPath, ["module.mjs"], {
    cwd: directory,
    env: {
      ...process.env,
      KUBECONFIG: "kube.json",
      SSL_KEY_PATH: "peer.key",
      SSL_CERT_PATH: "peer.pem",
      PEPR_API_PATH: "bench",
      PEPR_WATCH_MODE: "false",
      LOG_LEVEL: "error",
      PORT: String(PORT),
    },
    stdio: "ignore",
  });
  return {
    url: `https://127.0.0.1:${PORT}/validate/bench`,
    stop: () => {
      child.kill("SIGKILL");
      cluster.close();
      cluster.closeAllConnections();
    },
  };
}

/** Supports one kind of resource: the store of Pepr. */
async function startCluster(): Promise<Server> {
  const store = {
    apiVersion: "pepr.dev/v1",
    kind: "PeprStore",
    metadata: { name: "pepr-bench-store", namespace: "pepr-system", resourceVersion: "1" },
    data: {},
  };
  const server = createServer(({ url = "" }, response) => {
    response.setHeader("content-type", "application/json");
    if (url.includes("watch=true"))
      return void response.write(`${JSON.stringify({ type: "ADDED", object: store })}\n`);
    const list = { kind: "PeprStoreList", metadata: { resourceVersion: "1" }, items: [store] };
    return response.end(JSON.stringify(url.includes("?") ? list : store));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "bench", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "bench", user: {} }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    "current-context": "bench",
  });
}
