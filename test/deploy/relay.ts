/** The relay as a cluster would run it: the generated files in the places that its pod mounts them, under another root. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

export interface Relay {
  port: number;
  /** PEM of the authority that the webhook's `caBundle` carries. */
  authority: string;
  /** Everything that the relay has written to its log. */
  log(): string;
  /** Puts another certificate where the kubelet would renew it. */
  renew(manifests: Manifest[]): Promise<void>;
  stop(): Promise<void>;
}

export interface Manifest {
  kind: string;
  metadata: { name: string };
  [field: string]: any;
}

export async function readManifests(file: string): Promise<Manifest[]> {
  return parseAllDocuments(await readFile(file, "utf8")).map((one) => one.toJS() as Manifest);
}

/** @param authorities path of what the image ships as its trusted authorities */
export async function startRelay(manifests: Manifest[], authorities: string): Promise<Relay> {
  const root = await mkdtemp(join(tmpdir(), "mooring-relay-"));
  const port = await freePort();
  await mount(root, manifests);
  const configuration = find(manifests, "ConfigMap", "mooring-relay")["data"]["nginx.conf"] as string;
  const path = join(root, "nginx.conf");
  await writeFile(path, inRoot(configuration, { root, port, authorities }));
  // Workers of a root process would otherwise belong to another user; in the pod all is one user.
  const user = process.getuid?.() === 0 ? ["-g", "user root;"] : [];
  const child = spawn("nginx", ["-c", path, "-e", "stderr", ...user], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await Promise.race([listening(port), ended.then(() => Promise.reject(new Error(`nginx ended: ${log}`)))]);
  return {
    port,
    authority: find(manifests, "Secret", "mooring-relay-certificate")["stringData"]["ca.crt"],
    log: () => log,
    renew: (next) => mount(root, next),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function mount(root: string, manifests: Manifest[]): Promise<void> {
  const secrets = [
    ["credential", "mooring-token"],
    ["certificate", "mooring-relay-certificate"],
  ] as const;
  for (const [folder, name] of secrets) {
    await mkdir(join(root, folder), { recursive: true });
    for (const [file, text] of Object.entries(find(manifests, "Secret", name)["stringData"]))
      await writeFile(join(root, folder, file), String(text), { mode: 0o600 });
  }
}

interface Places {
  root: string;
  port: number;
  authorities: string;
}

function inRoot(configuration: string, { root, port, authorities }: Places): string {
  const places: Record<string, string> = {
    "/tmp": root,
    "/etc/mooring-credential": join(root, "credential"),
    "/etc/mooring-certificate": join(root, "certificate"),
    "/etc/ssl/certs/ca-certificates.crt": authorities,
    "listen 8443": `listen 127.0.0.1:${port}`,
  };
  return configuration.replaceAll(
    new RegExp(Object.keys(places).join("|"), "g"),
    (place) => places[place] ?? place,
  );
}

function find(manifests: Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  const { connect } = await import("node:net");
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.end());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
