/** Creates each Azure client once, lazily: an invocation loads only the SDKs that it uses. */
import type { TableServiceClientOptions } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { StoragePipelineOptions } from "@azure/storage-queue";
import { InvalidInput } from "../core/errors.ts";
import { once } from "../core/once.ts";
import type { Settings, StorageSettings } from "../core/settings.ts";
import type { QueueName } from "../ports/queue.ts";
import { escapeLineEnds } from "./lineEnds.ts";

const DEFAULT = "";

// Commands and admission depend on a token, and queue work is retried: five retries would take 20 seconds.
const TOKEN_RETRIES = { retryOptions: { maxRetries: 3 } };

const credential = once(async (clientId): Promise<TokenCredential> => {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  return clientId === DEFAULT
    ? new DefaultAzureCredential(TOKEN_RETRIES)
    : new ManagedIdentityCredential({ clientId, ...TOKEN_RETRIES });
});

/** The identity for ARM and storage: the default one, or the user-assigned one with this client id. */
export function openCredential(clientId = DEFAULT): Promise<TokenCredential> {
  return credential(clientId);
}

// Admission depends on tables: it must detect unavailable storage well within the webhook's deadline.
const TABLE_RETRIES = { retryOptions: { maxRetries: 1, retryDelayInMs: 100, maxRetryDelayInMs: 500 } };

/** Creates the client of a table by its noun. */
export function tableOpener(settings: Settings) {
  return once(async (noun) => {
    const { TableClient } = await import("@azure/data-tables");
    const name = `${settings.MOORING_TABLE_PREFIX}${noun}`;
    const connection = settings.AzureWebJobsStorage;
    const options: TableServiceClientOptions = {
      ...TABLE_RETRIES,
      allowInsecureConnection: isLocal(connection),
      additionalPolicies: [{ policy: escapeLineEnds, position: "perCall" }],
    };
    return connection
      ? TableClient.fromConnectionString(connection, name, options)
      : new TableClient(endpoint(settings, "table"), name, await openCredential(), options);
  });
}

/** For the checks of queues and containers: by default the SDK retries three times, for about 16 seconds. */
export const QUICK_FAILURE = { retryOptions: { maxTries: 2, retryDelayInMs: 100 } };

export function queueOpener(settings: StorageSettings, options: StoragePipelineOptions = {}) {
  return once(async (queue: string) => {
    const { QueueServiceClient } = await import("@azure/storage-queue");
    const connection = settings.AzureWebJobsStorage;
    const service = connection
      ? QueueServiceClient.fromConnectionString(connection, options)
      : new QueueServiceClient(endpoint(settings, "queue"), await openCredential(), options);
    return service.getQueueClient(queueName(queue as QueueName));
  });
}

/** The blob containers, by content. */
export const CONTAINERS = { states: "mooring-states", leases: "mooring-leases" } as const;

export function containerOpener(settings: StorageSettings, options: StoragePipelineOptions = {}) {
  return once(async (container: string) => {
    const { BlobServiceClient } = await import("@azure/storage-blob");
    const connection = settings.AzureWebJobsStorage;
    const service = connection
      ? BlobServiceClient.fromConnectionString(connection, options)
      : new BlobServiceClient(endpoint(settings, "blob"), await openCredential(), options);
    return service.getContainerClient(container);
  });
}

/** The storage queue for a queue's name; triggers in `functions/` use the same names. */
function queueName(queue: QueueName): string {
  return `mooring-${queue}`;
}

/** An account name determines the service URLs only in Azure's public cloud. */
export function endpoint(settings: StorageSettings, service: "table" | "queue" | "blob"): string {
  const uri = settings[`AzureWebJobsStorage__${service}ServiceUri`];
  if (uri) return uri;
  const account = settings.AzureWebJobsStorage__accountName;
  if (!account) throw new InvalidInput("AzureWebJobsStorage__accountName: not set");
  return `https://${account}.${service}.core.windows.net`;
}

// Only an emulator on this machine is used without TLS.
function isLocal(connection: string | undefined): boolean {
  return (
    connection !== undefined &&
    /UseDevelopmentStorage=true|=http:\/\/(127\.0\.0\.1|localhost)[:/]/i.test(connection)
  );
}
