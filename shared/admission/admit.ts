/**
 * Validates a Service for the API server. Called by `functions/admitService.ts`. Never calls Azure Resource Manager;
 * an allowed Service costs two trips to storage, one after the other: the first claims, or reads what it has; the second claims the rest and
 * proposes, and queues the verification of the new claims. An update that changes nothing that Mooring reads costs none.
 */
import { isLoadBalancer, type Service } from "../kubernetes/service.ts";
import { parseIntent } from "../kubernetes/parseIntent.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Declared, ServiceKey } from "../kubernetes/intent.ts";
import { propose, proposeNew } from "../declarations/proposals.ts";
import { askToVerify } from "../inventory/claimWork.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { toResponse } from "./answer.ts";
import { withoutClaimed } from "./claimedPrivateLinkServices.ts";
import { claimPlaces } from "./claims.ts";
import { recordFindings } from "./decisions.ts";
import { declarationOf, gatherInput } from "./gather.ts";
import { cachedPolicy } from "./cached.ts";
import { admitOther, hasIgnoredAnnotations } from "./otherController.ts";
import { severitiesFor } from "./permitted.ts";
import { requireServices, type AdmissionResponse, type AdmissionReview } from "./review.ts";
import type { RuleFinding } from "./rule.ts";
import { checkLeaving, checkRules, type Severities } from "./rules.ts";

/** @throws InvalidInput naming every wrong field, if the review is not about a Service */
export async function admit(run: Run, cluster: Cluster, review: AdmissionReview): Promise<AdmissionResponse> {
  const { request } = review;
  const { object, oldObject } = requireServices(review);
  const asked = { uid: request.uid, old: oldObject, dryRun: request.dryRun ?? false };
  if (hasIgnoredAnnotations(object) && !isLoadBalancer(oldObject))
    return admitOther(run, cluster, { uid: request.uid, service: object, old: oldObject });
  if (request.operation === "DELETE" || !isLoadBalancer(object)) return leaving(run, cluster, asked);
  if (object.metadata.deletionTimestamp || isUntouched(object, oldObject)) return toResponse(request.uid, []);
  return admitDeclared(run, cluster, { ...asked, service: object });
}

interface Asked {
  readonly uid: string;
  readonly old: Service | undefined;
  readonly dryRun: boolean;
}

/** Updates of the controller itself (finalizers, labels) must pass even for an invalid Service: it needs them to clean up. */
function isUntouched(service: Service, old: Service | undefined): boolean {
  if (!isLoadBalancer(old)) return false;
  const ours = ({ annotations, intent, loadBalancerIp }: ReturnType<typeof declarationOf>) =>
    JSON.stringify([intent, loadBalancerIp, whatIsRead(annotations)]);
  return ours(declarationOf(service)) === ours(declarationOf(old));
}

function whatIsRead(annotations: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(annotations)
    .filter(([key]) => key.includes("/azure-") || key.startsWith("mooring.dev/"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

async function admitDeclared(
  run: Run,
  cluster: Cluster,
  { uid, service, old, dryRun }: Asked & { readonly service: Service },
): Promise<AdmissionResponse> {
  const before = isLoadBalancer(old) ? old : undefined;
  const owner = keyOf(cluster, service);
  const gathered = await gatherInput(run, cluster, { service, old: before });
  const input = await withoutClaimed(run, { cluster, owner, input: gathered });
  const severityOf = await severities(run, cluster, service);
  const found = checkRules(input, severityOf);
  const refused = found.some(({ severity }) => severity === "deny");
  // A refused Service must not claim an address, but conflicts of its address are still reported.
  const declared = declaredNow(run, cluster, service);
  const { findings, added, isProposed } = await claimPlaces(run, {
    cluster,
    input,
    owner,
    severityOf,
    readOnly: refused || dryRun,
    propose: () => proposeNew(run, declared),
  });
  const response = tell(run, uid, [...found, ...findings]);
  if (!response.allowed || dryRun || isProposed) return response;
  await waitForAll([propose(run, declared), askToVerify(run, added)]);
  return response;
}

/** A deleted Service, or one whose type is no longer LoadBalancer. */
async function leaving(run: Run, cluster: Cluster, { uid, old, dryRun }: Asked): Promise<AdmissionResponse> {
  if (!isLoadBalancer(old)) return toResponse(uid, []);
  const input = await gatherInput(run, cluster, { service: old, old });
  const response = tell(run, uid, checkLeaving(input, await severities(run, cluster, old)));
  if (!response.allowed || dryRun) return response;
  const declared = declaredNow(run, cluster, old);
  await propose(run, { ...declared, deletedAtUtc: declared.observedAtUtc });
  return response;
}

function tell(run: Run, uid: string, findings: readonly RuleFinding[]): AdmissionResponse {
  recordFindings(run, findings);
  return toResponse(uid, findings);
}

async function severities(run: Run, cluster: Cluster, { metadata }: Service): Promise<Severities> {
  const { policy } = await cachedPolicy(run);
  return severitiesFor(policy, { cluster: cluster.name, namespace: metadata.namespace });
}

function declaredNow(run: Run, cluster: Cluster, service: Service): Declared {
  return {
    ...keyOf(cluster, service),
    strength: "proposal",
    ...(service.metadata.resourceVersion && { resourceVersion: service.metadata.resourceVersion }),
    observedAtUtc: run.now().toISOString(),
    ...(service.spec.loadBalancerIP && { usesLoadBalancerIp: true as const }),
    intent: parseIntent(service),
  };
}

function keyOf(cluster: Cluster, { metadata: { namespace, name, uid } }: Service): ServiceKey {
  return { cluster: cluster.name, namespace, name, uid };
}
