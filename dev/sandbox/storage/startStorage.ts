/**
 * Azurite (tables, queues, blobs) as a child process that dies with its parent. Called by `npm start`, the demo and
 * the tests; on disk if a folder is given, else in memory; on the given ports, else on free ones.
 */
import { fork, type ChildProcess, type ForkOptions } from "node:child_process";
import { join } from "node:path";

export interface StoragePorts {
  blob: number;
  queue: number;
  table: number;
}

export interface StorageOptions {
  /** Folder for its data; absent: everything in memory. */
  location?: string;
  ports?: StoragePorts;
  /** What its process gets besides. */
  process?: Pick<ForkOptions, "env" | "execArgv">;
}

export interface Storage {
  connectionString: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

// Azurite's published development account; not a secret.
export const ACCOUNT = "devstoreaccount1";
export const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const LISTENING =
  /Azurite (\w+) service (?:is successfully listening|successfully listens) (?:at|on) http:\/\/127\.0\.0\.1:(\d+)/;

/** Resolves when all three services listen. @throws Error with Azurite's own words if it ends first */
export async function startStorage({
  location,
  ports = { blob: 0, queue: 0, table: 0 },
  process = {},
}: StorageOptions = {}): Promise<Storage> {
  const child = fork(join(import.meta.dirname, "azurite.ts"), argumentsFor(location, ports), {
    ...process,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const listening = await untilListening(child);
  return { connectionString: connectionString(listening), process: child, stop: () => stop(child) };
}

function argumentsFor(location: string | undefined, ports: StoragePorts): string[] {
  const where = location === undefined ? ["--inMemoryPersistence"] : ["--location", location];
  const services = (["blob", "queue", "table"] as const).flatMap((name) => [
    `--${name}Port`,
    String(ports[name]),
    `--${name}Host`,
    "127.0.0.1",
  ]);
  return [...where, ...services, "--skipApiVersionCheck", "--silent", "--disableTelemetry"];
}

function untilListening(child: ChildProcess): Promise<StoragePorts> {
  const found: Partial<StoragePorts> = {};
  let said = "";
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`storage ended with code ${code}: ${said.trim()}`)));
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      for (const line of said.split("\n")) note(found, line);
      if (found.blob && found.queue && found.table) resolve(found as StoragePorts);
    });
  });
}

function note(found: Partial<StoragePorts>, line: string): void {
  const [, service = "", port] = LISTENING.exec(line) ?? [];
  if (port) found[service.toLowerCase() as keyof StoragePorts] = Number(port);
}

function connectionString({ blob, queue, table }: StoragePorts): string {
  const at = (port: number) => `http://127.0.0.1:${port}/${ACCOUNT}`;
  return `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${at(blob)};QueueEndpoint=${at(queue)};TableEndpoint=${at(table)};`;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
