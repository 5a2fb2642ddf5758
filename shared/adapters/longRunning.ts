/**
 * Polls a long-running operation with `@azure/core-lro`.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
import { createHttpPoller, type OperationResponse } from "@azure/core-lro";
import type { Client, PathUncheckedResponse } from "@azure-rest/core-client";
import { NotYet } from "../core/errors.ts";

export type { Client };

/** PLS and load balancer writes take seconds. Longer operations are checked again by queued work. */
const DEADLINE_MILLISECONDS = 90_000;
const RETRY_SECONDS = 30;

/**
 * Resolves when the operation that `initial` started has succeeded.
 * @throws Error with the operation's code if it failed · NotYet if it takes longer than the deadline
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
      sendPollRequest: async (path) =>
        toOperationResponse(await client.pathUnchecked(path).get({ abortSignal: signal })),
    },
    { intervalInMs: 1000, resolveOnUnsuccessful: false },
  );
  try {
    await poller.pollUntilDone({ abortSignal: signal });
  } catch (error) {
    if (signal.aborted) throw new NotYet(`${about}: the operation is still running`, RETRY_SECONDS);
    throw error;
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
