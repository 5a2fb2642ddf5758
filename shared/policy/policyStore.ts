/** The active policy: one row in the `policies` table, or the default until a policy is applied. Written by `applyPolicy.ts`. */
import type * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import { Policy, defaultPolicy } from "./policy.ts";
import type { Run } from "../ports/ports.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly policies: Table<PolicyRow>;
  }
}

interface PolicyRow {
  readonly policy: unknown;
  readonly appliedAtUtc: string;
}

export const PARTITION = "policy";
export const KEY = "current";
/** Key prefix of all applied policies, by time; sorts after `current`. */
export const HISTORY = "history ";

export interface PolicyInForce {
  readonly policy: Policy;
  /** When it was applied; `default` if none was applied. Recorded in the journal. */
  readonly version: string;
}

/**
 * The stored policy. If a write that bypassed `applyPolicy` made it invalid, the last valid one.
 * @throws InvalidInput if there is no valid one: doing nothing is safer than using a wrong policy
 */
export async function readPolicy(run: Run): Promise<PolicyInForce> {
  const row = await run.ports.tables.policies.get(PARTITION, KEY);
  if (!row) return { policy: defaultPolicy, version: "default" };
  const parsed = Policy.safeParse(row.value.policy);
  if (parsed.success) return { policy: parsed.data, version: row.value.appliedAtUtc };
  const problems = toProblems(parsed.error);
  run.log.error("the stored policy is invalid; the last valid one stays active", { problems });
  const good = await lastGood(run);
  if (!good) throw new InvalidInput(problems);
  return good;
}

/** Problems of the stored policy; empty if it is valid, or if none was applied. */
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

/** One line per problem, with the setting's path. */
export function toProblems({ issues }: z.ZodError): string[] {
  return issues.map((issue) => `policy ${issue.path.join(".") || "(root)"}: ${issue.message}`);
}
