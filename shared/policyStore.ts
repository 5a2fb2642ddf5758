/** The policy in force: one row in the `policies` table, or the default while nobody has applied one. */
import { closest } from "fastest-levenshtein";
import { InvalidInput } from "./errors.ts";
import { RULES } from "./gate/rules.ts";
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
  const policy = checkPolicy(document);
  const value = { policy, appliedAtUtc: run.now().toISOString() };
  await run.ports.tables.policies.transact(PARTITION, [{ do: "put", key: KEY, value }]);
  return policy;
}

/** The policy that a person wrote, defaults filled in. @throws InvalidInput with all problems, rules that do not exist among them */
export function checkPolicy(document: unknown): Policy {
  const policy = parsePolicy(document);
  const ids = new Set(RULES.map(({ id }) => id));
  const named = [policy.rules, ...policy.overrides.map(({ rules }) => rules)].flatMap(Object.keys);
  const unknown = [...new Set(named)].filter((id) => !ids.has(id));
  if (unknown.length === 0) return policy;
  throw new InvalidInput(
    unknown.map((id) => `policy rules: there is no rule ${id}; did you mean ${closest(id, [...ids])}?`),
  );
}

function parsePolicy(document: unknown): Policy {
  const parsed = Policy.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(
    parsed.error.issues.map((issue) => `policy ${issue.path.join(".") || "(root)"}: ${issue.message}`),
  );
}
