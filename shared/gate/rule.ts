/**
 * What a rule is. Rules are a table (`rules.ts`), one file per topic under `rules/`; `docs/rules.md` is generated from it.
 * A rule reads only its input and answers with violations: no clock, no storage, no Azure.
 */
import type { SubnetRow } from "../inventory/model.ts";
import type { Intent } from "../intents/model.ts";

export type Severity = "deny" | "warn";

export interface RuleInput {
  readonly annotations: Readonly<Record<string, string>>;
  readonly intent: Intent;
  /** `spec.loadBalancerIP` as it stands. */
  readonly loadBalancerIp: string;
  /** What Azure has: absent while the cluster's virtual network was never scanned. */
  readonly inventory?: Inventory;
  readonly excludedRanges: readonly string[];
}

export interface Inventory {
  readonly vnetName: string;
  readonly subnets: readonly SubnetRow[];
  /** Name of the subnet that the CCM will take. */
  readonly subnetName: string;
  /** That subnet, if it is there. */
  readonly subnet?: SubnetRow;
  /** Minutes since that subnet was scanned, and how many policy allows. */
  readonly ageMinutes: number;
  readonly staleMinutes: number;
}

export interface Violation {
  /** Annotation key or field, e.g. `spec.loadBalancerIP`. */
  readonly field: string;
  readonly value: string;
  /** What is wrong, why, and what to do. */
  readonly message: string;
  readonly suggestions?: readonly string[];
}

export interface Rule {
  /** Kebab-case; the contract with policies and documents. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What it reads, for the documents. */
  readonly reads: string;
  readonly needsState: boolean;
  /** Why it matters, for the documents. */
  readonly docs: string;
  readonly check: (input: RuleInput) => readonly Violation[];
}

export interface RuleFinding extends Violation {
  readonly rule: string;
  readonly severity: Severity;
}
