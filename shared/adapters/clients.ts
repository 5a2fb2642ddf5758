/** Opens Azure clients once each, lazily: an invocation pays only for the SDKs it touches. */
import type { TableServiceClientOptions } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import { InvalidInput } from "../core/errors.ts";
import { once } from "../core/once.ts";
import type { Settings, StorageSettings } from "../core/settings.ts";
import type { QueueName } from "../ports/queue.ts";
import { escapeLineEnds } from "./lineEnds.ts";

const DEFAULT = "";

const credential = once(async (clientId): Promise<TokenCredential> => {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  return clientId === DEFAULT ? new DefaultAzureCredential() : new ManagedIdentityCredential({ clientId });
});

/** The identity that ARM and storage see, or the user-assigned one of that client id. */
export function openCredential(clientId = DEFAULT): Promise<TokenCredential> {
  return credential(clientId);
}

// Admission waits for tables: a storage that is away must be noticed well inside the webhook's deadline.
const TABLE_RETRIES = { retryOptions: { maxRetries: 1, retryDelayInMs: 100, maxRetryDelayInMs: 500 } };

/** Opens the client of a table by its noun. */
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

export function queueOpener(settings: StorageSettings) {
  return once(async (queue: string) => {
    const { QueueServiceClient } = await import("@azure/storage-queue");
    const connection = settings.AzureWebJobsStorage;
    const service = connection
      ? QueueServiceClient.fromConnectionString(connection)
      : new QueueServiceClient(endpoint(settings, "queue"), await openCredential());
    return service.getQueueClient(queueName(queue as QueueName));
  });
}

/** The blob containers, by what they hold. */
export const CONTAINERS = { states: "mooring-states", leases: "mooring-leases" } as const;

export function containerOpener(settings: StorageSettings) {
  return once(async (container: string) => {
    const { BlobServiceClient } = await import("@azure/storage-blob");
    const connection = settings.AzureWebJobsStorage;
    const service = connection
      ? BlobServiceClient.fromConnectionString(connection)
      : new BlobServiceClient(endpoint(settings, "blob"), await openCredential());
    return service.getContainerClient(container);
  });
}

/** The storage queue behind a queue's name; triggers in `functions/` name the same. */
function queueName(queue: QueueName): string {
  return `mooring-${queue}`;
}

/** Only Azure's public cloud has its services where the account's name alone leads. */
export function endpoint(settings: StorageSettings, service: "table" | "queue" | "blob"): string {
  const uri = settings[`AzureWebJobsStorage__${service}ServiceUri`];
  if (uri) return uri;
  const account = settings.AzureWebJobsStorage__accountName;
  if (!account) throw new InvalidInput("AzureWebJobsStorage__accountName: not set");
  return `https://${account}.${service}.core.windows.net`;
}

// Only an emulator on this machine is spoken to without TLS.
function isLocal(connection: string | undefined): boolean {
  return (
    connection !== undefined &&
    /UseDevelopmentStorage=true|=http:\/\/(127\.0\.0\.1|localhost)[:/]/i.test(connection)
  );
}
