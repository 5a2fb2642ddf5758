/**
 * The active policy, and all that were applied before, in the `policies` table: partition `policy`; key `current`, or the history, newest first.
 * The default is active until one is applied. Written by `applyPolicy.ts`.
 */
import type * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import { Policy, defaultPolicy } from "./policy.ts";
import type { PolicyVersion } from "./policyModel.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Table } from "../ports/table.ts";
import { backwards } from "../storage/backwards.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly policies: Table<PolicyRow>;
  }
}

export interface PolicyRow extends Omit<PolicyVersion, "version"> {
  readonly policy: unknown;
  readonly appliedAtUtc: string;
}

export const PARTITION = "policy";
export const KEY = "current";
const HISTORY = "history ";
export const DEFAULT_VERSION = "default";

/** Key of an applied policy in the history. Sorts after `current`, newest first. */
export function historyKey(appliedAtUtc: string): string {
  return `${HISTORY}${backwards(appliedAtUtc)}`;
}

export interface PolicyInForce extends PolicyVersion {
  readonly policy: Policy;
}

/**
 * The stored policy. If a write that bypassed `applyPolicy` made it invalid, the last valid one. Its version is recorded in the journal.
 * @throws InvalidInput if there is no valid one: doing nothing is safer than using a wrong policy
 */
export async function readPolicy(run: Run): Promise<PolicyInForce> {
  const row = await run.ports.tables.policies.get(PARTITION, KEY);
  if (!row) return { policy: defaultPolicy, version: DEFAULT_VERSION };
  const parsed = Policy.safeParse(row.value.policy);
  if (parsed.success) return { policy: parsed.data, ...versionOf(row) };
  const problems = toProblems(parsed.error);
  run.log.error("the stored policy is invalid; the last valid one stays active", { problems });
  const good = await lastGood(run);
  if (!good) throw new InvalidInput(problems);
  return good;
}

/** Version that was applied last, valid or not, and the problems of its document. */
export async function readStored(
  run: Run,
): Promise<PolicyVersion & { readonly problems: readonly string[]; readonly row?: Row<PolicyRow> }> {
  const row = await run.ports.tables.policies.get(PARTITION, KEY);
  if (!row) return { version: DEFAULT_VERSION, problems: [] };
  const parsed = Policy.safeParse(row.value.policy);
  return { ...versionOf(row), problems: parsed.success ? [] : toProblems(parsed.error), row };
}

/** Problems of the stored policy; empty if it is valid, or if none was applied. */
export async function policyProblems(run: Run): Promise<readonly string[]> {
  return (await readStored(run)).problems;
}

/** Applied policies, newest first, valid or not. @param after key of the last one that was read */
export async function* listPolicyVersions(run: Run, after?: string): AsyncGenerator<Row<PolicyRow>> {
  const range = { from: after ?? HISTORY, to: `${HISTORY}\uffff` };
  for await (const row of run.ports.tables.policies.list(PARTITION, range)) if (row.key !== after) yield row;
}

export function versionOf({ value }: Row<PolicyRow>): PolicyVersion {
  const { policy: _, appliedAtUtc, ...author } = value;
  return { version: appliedAtUtc, ...author };
}

async function lastGood(run: Run): Promise<PolicyInForce | undefined> {
  for await (const row of listPolicyVersions(run)) {
    const parsed = Policy.safeParse(row.value.policy);
    if (parsed.success) return { policy: parsed.data, ...versionOf(row) };
  }
  return undefined;
}

/** One line per problem, with the setting's path. */
export function toProblems({ issues }: z.ZodError): string[] {
  return issues.map((issue) => `policy ${issue.path.join(".") || "(root)"}: ${issue.message}`);
}
