import type { ArmAccess } from "./armAccess.ts";
import { createNetworkManagement } from "@azure/arm-network/api";
import { toFailure } from "./armError.ts";
import type { Client } from "./longRunning.ts";
import { toAnswer } from "./rawAnswer.ts";

const RETRIES = { maxRetries: 2, maxRetryDelayInMs: 10_000 };

/** A client of ARM that knows no models: for providers whose SDK would be loaded for two fields. */
export function rawClient({ credential, endpoint, policies = [] }: ArmAccess): Client {
  return createNetworkManagement(credential, "", {
    endpoint,
    retryOptions: RETRIES,
    additionalPolicies: [...policies],
  });
}

/** Every page of a list, as it is on the wire. @throws what the answer means, if one page does not come */
export async function* rawList<T>(
  client: Client,
  path: string,
  queryParameters: Readonly<Record<string, string>>,
): AsyncGenerator<T> {
  for (let next: string | undefined = path; next !== undefined;) {
    const response = await client.pathUnchecked(next).get(next === path ? { queryParameters } : {});
    if (response.status !== "200") throw toFailure(toAnswer(response), path);
    const page = response.body as { value: T[]; nextLink?: string };
    yield* page.value;
    next = page.nextLink;
  }
}
