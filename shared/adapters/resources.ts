/**
 * Adapter: single resources as raw JSON, through the REST client of `@azure/arm-network`: its authentication, retry and
 * throttling policies, but no model that could drop a field. The only file that sends a mutating call to ARM.
 */
import { createNetworkManagement } from "@azure/arm-network/api";
import type { PathUncheckedResponse } from "@azure-rest/core-client";
import type { JsonObject, Lock, Resource, ResourceReader, ResourceWriter } from "../ports/resources.ts";
import { Refused, ResultUnknown } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { apiVersionOf, LOCKS_VERSION } from "./apiVersions.ts";
import type { ArmAccess } from "./armAccess.ts";
import { isAbsent, toFailure } from "./armError.ts";
import { waitUntilDone, type Client } from "./longRunning.ts";
import { toAnswer } from "./rawAnswer.ts";

// A write whose response was lost must not be repeated blindly: the caller reads the resource first.
const READ_RETRIES = { maxRetries: 2, maxRetryDelayInMs: 10_000 };
const WRITE_RETRIES = { maxRetries: 0 };

/** A reader and a writer of complete resources. Only `createApply` gets the writer. */
export function openResources({
  credential,
  endpoint,
  policies = [],
}: ArmAccess): ResourceReader & ResourceWriter {
  const options = { endpoint, additionalPolicies: [...policies] };
  const reading = createNetworkManagement(credential, "", { ...options, retryOptions: READ_RETRIES });
  const writing = createNetworkManagement(credential, "", { ...options, retryOptions: WRITE_RETRIES });
  return {
    read: (id) => read(reading, id),
    locks: (id) => listLocks(reading, id),
    write: (id, body, version) => write({ reading, writing }, { id, body, headers: { "if-match": version } }),
    create: (id, body) => write({ reading, writing }, { id, body, headers: { "if-none-match": "*" } }),
    remove: (id, version) => remove({ reading, writing }, id, version),
  };
}

async function read(client: Client, id: string): Promise<Resource | undefined> {
  const response = await client
    .pathUnchecked(id)
    .get({ queryParameters: { "api-version": apiVersionOf(id) } });
  if (response.status === "200") return toResource(id, response.body as JsonObject);
  const answer = toAnswer(response);
  if (isAbsent(answer)) return undefined;
  throw toFailure(answer, id);
}

async function listLocks(client: Client, id: string): Promise<Lock[]> {
  const path = `${id}/providers/Microsoft.Authorization/locks`;
  const response = await client
    .pathUnchecked(path)
    .get({ queryParameters: { "api-version": LOCKS_VERSION } });
  if (response.status !== "200") throw toFailure(toAnswer(response), `locks of ${id}`);
  const { value, nextLink } = response.body as {
    value: { id: string; properties: { level: Lock["level"] } }[];
    nextLink?: string;
  };
  // More than one page of locks is unusual: treat the resource as locked instead of reading on.
  if (nextLink) throw new Refused(`${id} has more locks than one page`);
  return value.map((lock) => ({ id: lock.id, level: lock.properties.level }));
}

interface Clients {
  readonly reading: Client;
  readonly writing: Client;
}

async function write(
  clients: Clients,
  { id, body, headers }: { id: string; body: JsonObject; headers: Record<string, string> },
): Promise<Resource> {
  const response = await answered(id, () =>
    clients.writing.pathUnchecked(id).put({
      queryParameters: { "api-version": apiVersionOf(id) },
      headers: { ...headers, "content-type": "application/json" },
      body,
    }),
  );
  if (response.status !== "200" && response.status !== "201") throw toWriteFailure(response, id);
  await waitUntilDone(clients.reading, response, id);
  return readResult(clients.reading, id);
}

async function remove(clients: Clients, id: string, version: string): Promise<void> {
  const response = await answered(id, () =>
    clients.writing.pathUnchecked(id).delete({
      queryParameters: { "api-version": apiVersionOf(id) },
      headers: { "if-match": version },
    }),
  );
  if (response.status === "204" || response.status === "404") return;
  if (response.status !== "200" && response.status !== "202") throw toWriteFailure(response, id);
  await waitUntilDone(clients.reading, response, id);
}

/** @throws ResultUnknown if no response arrived: Azure may have received the request, and may still process it */
async function answered(
  id: string,
  send: () => PromiseLike<PathUncheckedResponse>,
): Promise<PathUncheckedResponse> {
  try {
    return await send();
  } catch (error) {
    throw new ResultUnknown(`${id}: no response to the write: ${messageOf(error)}`);
  }
}

/** After a server error Azure may still process the write. */
function toWriteFailure(response: PathUncheckedResponse, id: string): Error {
  const failure = toFailure(toAnswer(response), id);
  return Number(response.status) < 500 ? failure : new ResultUnknown(failure.message);
}

/** A read that fails after Azure accepted the write does not show that the write failed. */
async function readResult(client: Client, id: string): Promise<Resource> {
  try {
    const resource = await read(client, id);
    if (resource) return resource;
  } catch (error) {
    throw new ResultUnknown(`Azure accepted the write, but ${messageOf(error)}`);
  }
  throw new ResultUnknown(`Azure accepted the write, but ${id} was not found afterwards`);
}

function toResource(id: string, body: JsonObject): Resource {
  const properties = (body["properties"] ?? {}) as { provisioningState?: string };
  return {
    id: typeof body["id"] === "string" ? body["id"] : id,
    version: typeof body["etag"] === "string" ? body["etag"] : "",
    provisioningState: properties.provisioningState ?? "",
    tags: (body["tags"] ?? {}) as Record<string, string>,
    body,
  };
}
