import type { ArmAccess } from "./armAccess.ts";
import { createNetworkManagement } from "@azure/arm-network/api";
import { toFailure } from "./armError.ts";
import type { Client } from "./longRunning.ts";
import { toAnswer } from "./rawAnswer.ts";

const RETRIES = { maxRetries: 2, maxRetryDelayInMs: 10_000 };

/** An ARM client without models, for providers of which only a few fields are read. */
export function rawClient({ credential, endpoint, policies = [] }: ArmAccess): Client {
  return createNetworkManagement(credential, "", {
    endpoint,
    retryOptions: RETRIES,
    additionalPolicies: [...policies],
  });
}

/** All items of a list, as raw JSON. @throws the translated error if a page cannot be read */
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
