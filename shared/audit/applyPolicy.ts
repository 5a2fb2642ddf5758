/**
 * Validates and applies a policy document. Separate from `policyStore.ts` because it imports every rule and check, which code
 * that only reads the policy must not load.
 */
import { closest } from "fastest-levenshtein";
import { SYSTEM } from "../changes/plan.ts";
import { Conflict, InvalidInput } from "../core/errors.ts";
import { listChecks } from "./checks.ts";
import { RULES } from "../admission/rules.ts";
import { Policy } from "../policy/policy.ts";
import {
  historyKey,
  KEY,
  PARTITION,
  readStored,
  toProblems,
  type PolicyInForce,
  type PolicyRow,
} from "../policy/policyStore.ts";
import { EVERY_RULE } from "../policy/modes.ts";
import type { Run } from "../ports/ports.ts";
import type { Write } from "../ports/table.ts";

export interface Author {
  readonly who: string;
  readonly reason: string;
  /** Version that the author has seen; absent: whichever is active is replaced. */
  readonly replaces?: string;
  /** The earlier version that is applied again. */
  readonly restores?: string;
}

const SETUP: Author = { who: SYSTEM, reason: "set up" };

/**
 * Makes `document` the active policy, and keeps it in the history.
 * @throws InvalidInput with all problems · Conflict if the author has seen another policy; the policy before it stays active
 */
export async function applyPolicy(
  run: Run,
  document: unknown,
  { replaces, ...author }: Author = SETUP,
): Promise<PolicyInForce> {
  const policy = checkPolicy(document);
  const appliedAtUtc = run.now().toISOString();
  const value = { policy, appliedAtUtc, ...author };
  const written = await run.ports.tables.policies.transact(PARTITION, [
    replaces === undefined ? { do: "put", key: KEY, value } : await replacing(run, value, replaces),
    { do: "put", key: historyKey(appliedAtUtc), value },
  ]);
  if (!written.ok) throw changed();
  return { policy, version: appliedAtUtc, ...author };
}

async function replacing(run: Run, value: PolicyRow, replaces: string): Promise<Write<PolicyRow>> {
  const { version, row } = await readStored(run);
  if (version !== replaces) throw changed();
  if (!row) return { do: "insert", key: KEY, value };
  return { do: "replace", key: KEY, value, version: row.version };
}

function changed(): Conflict {
  return new Conflict("the policy changed after it was shown: review the active policy and apply again");
}

/**
 * Parses a policy document and adds defaults.
 * @throws InvalidInput with all problems, including unknown rules and checks
 */
export function checkPolicy(document: unknown): Policy {
  const policy = parsePolicy(document);
  const rules = [policy.rules, ...policy.overrides.map((entry) => entry.rules)].flatMap(Object.keys);
  const problems = [
    ...unknownNames("rule", rules, [...RULES, { id: EVERY_RULE }]).map(
      (problem) => `policy rules: ${problem}`,
    ),
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
