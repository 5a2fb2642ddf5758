/** The policy in force: one row in the `policies` table, or the default while nobody has applied one. */
import { InvalidInput } from "./errors.ts";
import { Policy, defaultPolicy } from "./policy.ts";
import type { Run } from "./ports.ts";

const PARTITION = "policy";
const KEY = "current";

export interface PolicyInForce {
  readonly policy: Policy;
  /** Opaque; goes to the journal. `default` if nobody applied one. */
  readonly version: string;
}

/**
 * The policy as stored now.
 * @throws InvalidInput if the stored document does not fit this version's schema: better no work than the wrong work
 */
export async function readPolicy(run: Run): Promise<PolicyInForce> {
  const row = await run.ports.tables.policies.get(PARTITION, KEY);
  if (!row) return { policy: defaultPolicy, version: "default" };
  return { policy: parsePolicy(row.value.policy), version: row.version };
}

/** Makes `document` the policy in force. @throws InvalidInput with all problems; the last good one stays */
export async function applyPolicy(run: Run, document: unknown): Promise<Policy> {
  const policy = parsePolicy(document);
  const value = { policy, appliedAtUtc: run.now().toISOString() };
  await run.ports.tables.policies.transact(PARTITION, [{ do: "put", key: KEY, value }]);
  return policy;
}

function parsePolicy(document: unknown): Policy {
  const parsed = Policy.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(
    parsed.error.issues.map((issue) => `policy ${issue.path.join(".") || "(root)"}: ${issue.message}`),
  );
}
