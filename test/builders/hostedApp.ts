/** The built artifact on a Functions host in a separate process, as the runtime loads it, with separate storage. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import { inject } from "vitest";
import { startHostProcess, type HostProcess } from "../../dev/sandbox/start/host.ts";
import { ownAccount } from "../azurite.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

export interface HostedApp extends HostProcess {
  /** POST or GET a path; the body is sent as it is. */
  call(path: string, init?: RequestInit): Promise<{ status: number; body: any; headers: Headers }>;
  readonly url: string;
  /** How many rows a table has. */
  rows(noun: string): Promise<number>;
  queues: QueueServiceClient;
  settings: Record<string, string>;
  /** The log of the host and the app so far: JSON lines, and the output on standard error. */
  log(): Promise<string>;
  close(): Promise<void>;
}

export interface HostOptions {
  /** A message that failed is tried again at once, not after the artifact's own half minute. */
  readonly retry?: "at once";
}

export async function hostedApp(
  settings: Record<string, string> = {},
  { retry }: HostOptions = {},
): Promise<HostedApp> {
  const state = await mkdtemp(join(tmpdir(), "mooring-app-"));
  const storage = await ownAccount();
  const all = {
    AzureWebJobsStorage: storage,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_ARM_ENDPOINT: "https://127.0.0.1:1",
    ...noTimers(),
    ...(retry === "at once" && { AzureFunctionsJobHost__extensions__queues__visibilityTimeout: "00:00:00" }),
    ...settings,
  };
  const host = await startHostProcess({ app: inject("builtApp"), port: 0, state, settings: all });
  return {
    ...host,
    settings: all,
    queues: QueueServiceClient.fromConnectionString(storage),
    url: host.url,
    async call(path, init) {
      const response = await fetch(`${host.url}${path}`, init);
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: /^[[{]/.test(text) ? JSON.parse(text) : text,
      };
    },
    log: () => readFile(join(state, "host.log"), "utf8"),
    async rows(noun) {
      const client = TableClient.fromConnectionString(storage, `mooring${noun}`, {
        allowInsecureConnection: true,
      });
      try {
        return (await Array.fromAsync(client.listEntities())).length;
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return 0;
        throw error;
      }
    },
    async close() {
      await host.stop();
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** What a test sees must not depend on the minute of the hour; it may still fire them itself. */
function noTimers(): Record<string, string> {
  const timers = ["auditDrift", "pollPrivateLinkServices", "scanInventory", "sweepOrphans", "watchQueues"];
  return Object.fromEntries(timers.map((name) => [`AzureWebJobs.${name}.Disabled`, "true"]));
}
