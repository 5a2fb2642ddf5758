/** Changes of the policy by a person: what differs is shown first, and only what was shown is applied. */
import { InvalidInput } from "../core/errors.ts";
import { policyDifferences } from "../policy/differences.ts";
import { defaultPolicy, Policy } from "../policy/policy.ts";
import {
  DEFAULT_VERSION,
  historyKey,
  listPolicyVersions,
  PARTITION,
  readPolicy,
  readStored,
  versionOf,
  type PolicyInForce,
} from "../policy/policyStore.ts";
import { policyWarnings } from "../policy/policyWarnings.ts";
import type { PolicyDifference, PolicyVersion } from "../policy/policyModel.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { applyPolicy, checkPolicy, type Author } from "./applyPolicy.ts";

export interface PolicyPlan {
  readonly policy: Policy;
  /** The version that it replaces: if another one is active when the plan is applied, it is refused. */
  readonly replaces: string;
  readonly differences: readonly PolicyDifference[];
  readonly warnings: readonly string[];
  /** True if the stored policy is invalid: then the plan changes it even without differences from the active one. */
  readonly replacesInvalid: boolean;
  /** The earlier version that a rollback applies again. */
  readonly restores?: string;
}

/** @throws InvalidInput with all problems of the document */
export async function planPolicy(run: Run, document: unknown): Promise<PolicyPlan> {
  const policy = checkPolicy(document);
  const [stored, active] = await waitForAll([readStored(run), readActive(run)]);
  const differences = policyDifferences(active.policy, policy);
  const replacesInvalid = stored.problems.length > 0;
  return { policy, replaces: stored.version, differences, warnings: policyWarnings(policy), replacesInvalid };
}

/** @param version default: the one before the active one @throws InvalidInput if there is no such version, or if it is no longer valid */
export async function planRollback(run: Run, version?: string): Promise<PolicyPlan> {
  const restores = version ?? (await versionBefore(run));
  return { ...(await planPolicy(run, await documentOf(run, restores))), restores };
}

/** @throws Conflict if another version is active than the one that the plan was compared with */
export async function applyPlan(run: Run, plan: PolicyPlan, author: Author): Promise<string> {
  const { policy, replaces, restores } = plan;
  return (
    await applyPolicy(run, policy, { ...author, replaces, ...(restores !== undefined && { restores }) })
  ).version;
}

/** The active policy; the default if the stored one is invalid and none before it is valid. */
export async function readActive(run: Run): Promise<PolicyInForce> {
  try {
    return await readPolicy(run);
  } catch (error) {
    if (error instanceof InvalidInput) return { policy: defaultPolicy, version: DEFAULT_VERSION };
    throw error;
  }
}

/** @throws InvalidInput if there is no such version */
export async function documentOf(run: Run, version: string): Promise<unknown> {
  if (version === DEFAULT_VERSION) return defaultPolicy;
  const isTime = !Number.isNaN(Date.parse(version));
  const row = isTime && (await run.ports.tables.policies.get(PARTITION, historyKey(version)));
  if (row) return row.value.policy;
  throw new InvalidInput(`there is no policy version ${version}; \`mooring policy history\` lists all`);
}

export interface ComparedVersion extends PolicyVersion {
  readonly document: unknown;
  /** Compared with the version before it; empty if one of them is no longer valid. */
  readonly differences: readonly PolicyDifference[];
}

/** `undefined` if there is no such version. */
export async function compareWithEarlier(run: Run, version: string): Promise<ComparedVersion | undefined> {
  if (Number.isNaN(Date.parse(version))) return undefined;
  const row = await run.ports.tables.policies.get(PARTITION, historyKey(version));
  if (!row) return undefined;
  const { value: earlier } = await listPolicyVersions(run, row.key).next();
  const [before, after] = [earlier?.value.policy ?? defaultPolicy, row.value.policy].map((one) =>
    Policy.safeParse(one),
  );
  const differences = before?.data && after?.data ? policyDifferences(before.data, after.data) : [];
  return { ...versionOf(row), document: row.value.policy, differences };
}

async function versionBefore(run: Run): Promise<string> {
  const versions: string[] = [];
  for await (const { value } of listPolicyVersions(run)) {
    versions.push(value.appliedAtUtc);
    if (versions.length === 2) break;
  }
  const [active, before = DEFAULT_VERSION] = versions;
  if (active !== undefined) return before;
  throw new InvalidInput("no policy was applied: there is nothing to roll back");
}
