/** What admission would say about manifests, against the inventory or without it. Nothing is reserved or remembered. */
import { isLoadBalancer, type Service } from "../annotations/service.ts";
import type { Cluster } from "../clusters/model.ts";
import { declarationOf, gatherInput } from "./gather.ts";
import { holderFindings } from "./holders.ts";
import { allowedFor, severitiesFor } from "./permitted.ts";
import type { RuleFinding, RuleInput } from "./rule.ts";
import { checkLeaving, checkRules } from "./rules.ts";
import type { Policy } from "../policy.ts";
import type { Run } from "../ports.ts";
import type { Manifest, Position } from "./manifests.ts";

export interface Judged {
  readonly service: Service;
  readonly decision: "allow" | "warn" | "deny";
  readonly findings: readonly (RuleFinding & { readonly position: Position })[];
}

export interface Court {
  readonly policy: Policy;
  /** Absent: without the inventory. */
  readonly online?: { readonly run: Run; readonly cluster: Cluster };
  readonly old: readonly Manifest[];
}

/** Services that are, or were, of type LoadBalancer; the others build nothing in Azure. */
export async function judge(manifests: readonly Manifest[], court: Court): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const manifest of manifests) {
    const old = court.old.find(({ service }) => nameOf(service) === nameOf(manifest.service))?.service;
    if (!isLoadBalancer(manifest.service) && !isLoadBalancer(old)) continue;
    const findings = await findingsFor(manifest.service, isLoadBalancer(old) ? old : undefined, court);
    judged.push({
      service: manifest.service,
      decision: decisionOf(findings),
      findings: findings.map((finding) => ({ ...finding, position: manifest.position(finding.field) })),
    });
  }
  return judged;
}

async function findingsFor(
  service: Service,
  old: Service | undefined,
  { policy, online }: Court,
): Promise<RuleFinding[]> {
  const { namespace, name, uid } = service.metadata;
  const place = { cluster: online?.cluster.name ?? "", namespace };
  const severityOf = severitiesFor(policy, place);
  const leaving = !isLoadBalancer(service);
  if (!online) {
    const allowed = allowedFor(policy, place);
    const offline: RuleInput = {
      ...declarationOf(service),
      ...(old && { old: declarationOf(old) }),
      allowed,
    };
    return leaving ? [] : checkRules(offline, severityOf);
  }
  const { run, cluster } = online;
  const input = await gatherInput(run, cluster, { service, old });
  if (leaving) return checkLeaving(input, severityOf);
  const owner = { cluster: cluster.name, namespace, name, uid };
  const holders = await holderFindings(run, { cluster, input, owner, severityOf, readOnly: true });
  return [...checkRules(input, severityOf), ...holders];
}

function decisionOf(findings: readonly RuleFinding[]): Judged["decision"] {
  if (findings.some(({ severity }) => severity === "deny")) return "deny";
  return findings.length > 0 ? "warn" : "allow";
}

export function nameOf({ metadata: { namespace, name } }: Service): string {
  return `${namespace}/${name}`;
}
