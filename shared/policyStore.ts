/** The policy in force: one row in the `policies` table, or the default while nobody has applied one. */
import { closest } from "fastest-levenshtein";
import type * as z from "zod";
import { InvalidInput } from "./errors.ts";
import { listChecks } from "./drift/checks.ts";
import { RULES } from "./gate/rules.ts";
import { Policy, defaultPolicy } from "./policy.ts";
import type { Run } from "./ports.ts";

const PARTITION = "policy";
const KEY = "current";
/** Every policy that was applied, by time; after `current` in key order. */
const HISTORY = "history ";

export interface PolicyInForce {
  readonly policy: Policy;
  /** When it was applied; goes to the journal. `default` if nobody applied one. */
  readonly version: string;
}

/**
 * The policy as stored now; if somebody broke it past `applyPolicy`, the last good one.
 * @throws InvalidInput if there is no good one: better no work than the wrong work
 */
export async function readPolicy(run: Run): Promise<PolicyInForce> {
  const row = await run.ports.tables.policies.get(PARTITION, KEY);
  if (!row) return { policy: defaultPolicy, version: "default" };
  const parsed = Policy.safeParse(row.value.policy);
  if (parsed.success) return { policy: parsed.data, version: row.value.appliedAtUtc };
  const problems = toProblems(parsed.error);
  run.log.error("the stored policy is broken; the last good one stays in force", { problems });
  const good = await lastGood(run);
  if (!good) throw new InvalidInput(problems);
  return good;
}

/** What is wrong with the stored policy; empty if it is whole, or nobody applied one. */
export async function policyProblems(run: Run): Promise<readonly string[]> {
  const row = await run.ports.tables.policies.get(PARTITION, KEY);
  const parsed = row && Policy.safeParse(row.value.policy);
  return parsed?.success === false ? toProblems(parsed.error) : [];
}

async function lastGood(run: Run): Promise<PolicyInForce | undefined> {
  const rows = await Array.fromAsync(run.ports.tables.policies.list(PARTITION, { from: HISTORY }));
  return rows
    .toReversed()
    .map(({ value }) => ({ parsed: Policy.safeParse(value.policy), version: value.appliedAtUtc }))
    .flatMap(({ parsed, version }) => (parsed.success ? [{ policy: parsed.data, version }] : []))[0];
}

/** Makes `document` the policy in force. @throws InvalidInput with all problems; the last good one stays */
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
 * The policy that a person wrote, defaults filled in.
 * @throws InvalidInput with all problems, rules and checks that do not exist among them
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
    .map((id) => `there is no ${what} ${id}; did you mean ${closest(id, ids)}?`);
}

function parsePolicy(document: unknown): Policy {
  const parsed = Policy.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(toProblems(parsed.error));
}

function toProblems({ issues }: z.ZodError): string[] {
  return issues.map((issue) => `policy ${issue.path.join(".") || "(root)"}: ${issue.message}`);
}
