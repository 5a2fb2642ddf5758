/** The policy, and what admission refused according to it. */
import * as z from "zod";
import { AdmissionMode } from "../../shared/policy/modes.ts";
import { PolicyDifference as Difference, PolicyVersion } from "../../shared/policy/policyModel.ts";
import { PlanLine } from "./plans.ts";

export { Refusal, RefusalReason } from "../../shared/admission/refusalStore.ts";
export { AdmissionMode, PolicyVersion };

/** The settings, complete with defaults. `docs/reference/policy.schema.json` is its schema. */
export const PolicyDocument = z.record(z.string(), z.unknown());

export const ActivePolicy = PolicyVersion.extend({
  /** The last valid one if the stored document is invalid. */
  document: PolicyDocument,
  /** Problems of the stored document. */
  problems: z.array(z.string()),
  /** Combinations of settings that are valid and dangerous, or have no effect. */
  warnings: z.array(z.string()),
});
export type ActivePolicy = z.infer<typeof ActivePolicy>;

const change = {
  reason: z.string().trim().min(1).max(500),
  /** The version that the caller has seen; if another one is active, nothing changes. */
  replaces: z.string().min(1).max(64),
};

export const NewPolicy = z.strictObject({ document: PolicyDocument, ...change });
export const NewRollback = z.strictObject({ version: z.string().min(1).max(64), ...change });
const names = z.array(z.string().min(1).max(253)).max(1000).optional();
export const NewAdmissionMode = z.strictObject({
  mode: AdmissionMode,
  /** Absent: all clusters. */
  clusters: names,
  /** Absent: all namespaces. */
  namespaces: names,
  ...change,
});

/** A difference with its line for people: `+` is added, `-` removed, `~` changed. */
export const PolicyDifference = Difference.extend(PlanLine.shape);
export type PolicyDifference = z.infer<typeof PolicyDifference>;

/** A change of the policy that was planned or applied. */
export const PolicyChange = z.object({
  /** The new version; absent if nothing was applied. */
  version: z.string().optional(),
  differences: z.array(PolicyDifference),
  warnings: z.array(z.string()),
  /** True if the stored policy is invalid: it is replaced even without differences from the active one. */
  replacesInvalid: z.boolean(),
});
export type PolicyChange = z.infer<typeof PolicyChange>;

export const PolicyVersionDetail = PolicyVersion.extend({
  document: z.unknown(),
  /** Compared with the version before it; empty if one of them is no longer valid. */
  differences: z.array(PolicyDifference),
});
export type PolicyVersionDetail = z.infer<typeof PolicyVersionDetail>;
