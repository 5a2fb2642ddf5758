/** The policy in force: one row in the `policies` table, or the default while nobody has applied one. Written by `applyPolicy.ts`. */
import type * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import { Policy, defaultPolicy } from "./policy.ts";
import type { Run } from "../ports/ports.ts";

export const PARTITION = "policy";
export const KEY = "current";
/** Every policy that was applied, by time; after `current` in key order. */
export const HISTORY = "history ";

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

/** One line for each, with the setting's path. */
export function toProblems({ issues }: z.ZodError): string[] {
  return issues.map((issue) => `policy ${issue.path.join(".") || "(root)"}: ${issue.message}`);
}
