/**
 * Validates and applies a policy document. Separate from `policyStore.ts` because it imports every rule and check, which code
 * that only reads the policy must not load.
 */
import { closest } from "fastest-levenshtein";
import { InvalidInput } from "../core/errors.ts";
import { listChecks } from "./checks.ts";
import { RULES } from "../admission/rules.ts";
import { Policy } from "../policy/policy.ts";
import { HISTORY, KEY, PARTITION, toProblems } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";

/** Makes `document` the active policy. @throws InvalidInput with all problems; the policy before it stays active */
export async function applyPolicy(run: Run, document: unknown): Promise<Policy> {
  const policy = checkPolicy(document);
  const value = { policy, appliedAtUtc: run.now().toISOString() };
  await run.ports.tables.policies.transact(PARTITION, [
    { do: "put", key: KEY, value },
    { do: "put", key: `${HISTORY}${value.appliedAtUtc}`, value },
  ]);
  return policy;
}

/**
 * Parses a policy document and adds defaults.
 * @throws InvalidInput with all problems, including unknown rules and checks
 */
export function checkPolicy(document: unknown): Policy {
  const policy = parsePolicy(document);
  const rules = [policy.rules, ...policy.overrides.map((entry) => entry.rules)].flatMap(Object.keys);
  const problems = [
    ...unknownNames("rule", rules, RULES).map((problem) => `policy rules: ${problem}`),
    ...unknownNames("check", Object.keys(policy.audit.checks), listChecks()).map(
      (problem) => `policy audit.checks: ${problem}`,
    ),
  ];
  if (problems.length === 0) return policy;
  throw new InvalidInput(problems);
}

function unknownNames(
  what: string,
  named: readonly string[],
  table: readonly { readonly id: string }[],
): string[] {
  const ids = table.map(({ id }) => id);
  return [...new Set(named)]
    .filter((id) => !ids.includes(id))
    .map((id) => `unknown ${what} ${id}; did you mean ${closest(id, ids)}?`);
}

function parsePolicy(document: unknown): Policy {
  const parsed = Policy.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(toProblems(parsed.error));
}
