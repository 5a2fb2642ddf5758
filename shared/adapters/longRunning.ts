/**
 * Polls a long-running operation with `@azure/core-lro`.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
import { createHttpPoller, type OperationResponse } from "@azure/core-lro";
import type { Client, PathUncheckedResponse } from "@azure-rest/core-client";
import { ResultUnknown } from "../core/errors.ts";
import { toFailure } from "./armError.ts";
import { toAnswer } from "./rawAnswer.ts";
import { messageOf } from "../core/messageOf.ts";

export type { Client };

/** PLS and load balancer writes take seconds. Longer operations are checked again by queued work. */
const DEADLINE_MILLISECONDS = 90_000;

/**
 * Resolves when the operation that `initial` started has succeeded.
 * @throws Error with the operation's code if it failed · ResultUnknown if it takes longer than the deadline, or if
 * its status cannot be read
 */
export async function waitUntilDone(
  client: Client,
  initial: PathUncheckedResponse,
  about: string,
): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE_MILLISECONDS);
  const poller = createHttpPoller(
    {
      sendInitialRequest: async () => toOperationResponse(initial),
      sendPollRequest: async (path) => readStatus(client, { path, about, signal }),
    },
    { intervalInMs: 1000, resolveOnUnsuccessful: false },
  );
  try {
    await poller.pollUntilDone({ abortSignal: signal });
  } catch (error) {
    if (signal.aborted) throw new ResultUnknown(`${about}: the operation is still running`);
    throw error;
  }
}

interface Status {
  readonly path: string;
  readonly about: string;
  readonly signal: AbortSignal;
}

/** A refused or failed read of the status does not show that the operation failed. */
async function readStatus(client: Client, { path, about, signal }: Status): Promise<OperationResponse> {
  const response = await readPath(client, { path, about, signal });
  if (Number(response.status) < 300) return toOperationResponse(response);
  throw new ResultUnknown(toFailure(toAnswer(response), `status of the operation on ${about}`).message);
}

async function readPath(client: Client, { path, about, signal }: Status): Promise<PathUncheckedResponse> {
  try {
    return await client.pathUnchecked(path).get({ abortSignal: signal });
  } catch (error) {
    throw new ResultUnknown(`${about}: the status of the operation could not be read: ${messageOf(error)}`);
  }
}

function toOperationResponse(response: PathUncheckedResponse): OperationResponse {
  const request = response.request;
  return {
    flatResponse: response,
    rawResponse: {
      statusCode: Number(response.status),
      headers: { ...response.headers },
      body: response.body,
      request: { method: request.method, url: request.url },
    },
  };
}
