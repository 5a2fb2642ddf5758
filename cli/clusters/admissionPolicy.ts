/** Generates ValidatingAdmissionPolicies from the rules that need no Azure state: one for deny rules, one for warn rules. */
import { stringify } from "yaml";
import { celValidations, celVariables, UNTOUCHED } from "../../shared/admission/cel.ts";
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import type { Policy } from "../../shared/policy/policy.ts";
import { fillManifests, type Manifest } from "./template.ts";
import { waitForAll } from "../../shared/core/waitForAll.ts";

export interface AdmissionPolicySubject {
  readonly cluster: Cluster;
  readonly policy: Policy;
  /** Excluded namespaces, in addition to kube-system. */
  readonly exclude: readonly string[];
}

const ACTIONS = { deny: "Deny", warn: "Warn" } as const;

/** YAML for `kubectl apply`; empty if policy sets all these rules to off. */
export async function writeAdmissionPolicy(subject: AdmissionPolicySubject): Promise<string> {
  const all = await waitForAll((["deny", "warn"] as const).map((severity) => manifests(subject, severity)));
  return all
    .flat()
    .map((manifest) => stringify(manifest, { lineWidth: 0 }))
    .join("---\n");
}

async function manifests(
  { cluster, policy, exclude }: AdmissionPolicySubject,
  severity: keyof typeof ACTIONS,
): Promise<Manifest[]> {
  const validations = celValidations(policy, cluster.name, severity);
  if (validations.length === 0) return [];
  return fillManifests("webhook/policy.yaml", {
    name: `mooring-${severity}`,
    action: ACTIONS[severity],
    excluded: [...new Set(["kube-system", ...exclude])],
    touched: `!(${UNTOUCHED})`,
    variables: celVariables(cluster),
    validations,
  });
}
