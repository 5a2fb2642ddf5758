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
import type { AdmissionMode } from "../policy/modes.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { toResponse } from "./answer.ts";
import { withoutClaimed } from "./claimedPrivateLinkServices.ts";
import { claimPlaces } from "./claims.ts";
import { recordFindings, type Reviewed } from "./decisions.ts";
import { declarationOf, gatherInput } from "./gather.ts";
import { cachedPolicy } from "./cached.ts";
import { admitOther, hasIgnoredAnnotations } from "./otherController.ts";
import { admissionModeFor, severitiesFor } from "./permitted.ts";
import { requireServices, type AdmissionResponse, type AdmissionReview } from "./review.ts";
import { checkLeaving, checkRules, type Severities } from "./rules.ts";

/** @throws InvalidInput naming every wrong field, if the review is not about a Service */
export async function admit(
  run: Run,
  cluster: Cluster,
  review: AdmissionReview,
  { afterwards }: Pick<Reviewed, "afterwards"> = {},
): Promise<AdmissionResponse> {
  const { request } = review;
  const { object, oldObject } = requireServices(review);
  const { uid, operation } = request;
  const asked = { uid, operation, old: oldObject, dryRun: request.dryRun ?? false, afterwards };
  if (hasIgnoredAnnotations(object) && !isLoadBalancer(oldObject))
    return admitOther(run, cluster, { ...asked, service: object });
  if (request.operation === "DELETE" || !isLoadBalancer(object)) return leaving(run, cluster, asked);
  if (object.metadata.deletionTimestamp || isUntouched(object, oldObject)) return toResponse(request.uid, []);
  return admitDeclared(run, cluster, { ...asked, service: object });
}

interface Asked extends Pick<Reviewed, "operation" | "dryRun" | "afterwards"> {
  readonly uid: string;
  readonly old: Service | undefined;
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
  { service, ...asked }: Asked & { readonly service: Service },
): Promise<AdmissionResponse> {
  const { old, dryRun } = asked;
  const before = isLoadBalancer(old) ? old : undefined;
  const owner = keyOf(cluster, service);
  const gathered = await gatherInput(run, cluster, { service, old: before });
  const input = await withoutClaimed(run, { cluster, owner, input: gathered });
  const { severityOf, mode } = await policyFor(run, cluster, service);
  const found = checkRules(input, severityOf);
  const refused = mode === "enforce" && found.some(({ severity }) => severity === "deny");
  // A refused Service must not claim an address, but conflicts of its address are still reported. One that warn mode allows will use
  // its addresses: it claims those that are free.
  const declared = declaredNow(run, cluster, service);
  const { findings, added, isProposed } = await claimPlaces(run, {
    cluster,
    input,
    owner,
    severityOf,
    mode,
    readOnly: refused || dryRun,
    propose: () => proposeNew(run, declared),
  });
  const all = [...found, ...findings];
  const response = toResponse(asked.uid, all, mode);
  const recording = recordFindings(run, reviewed(owner, asked, mode), all);
  const isProposing = response.allowed && !dryRun && !isProposed;
  await waitForAll([recording, ...(isProposing ? [propose(run, declared), askToVerify(run, added)] : [])]);
  return response;
}

/** A deleted Service, or one whose type is no longer LoadBalancer. */
async function leaving(run: Run, cluster: Cluster, asked: Asked): Promise<AdmissionResponse> {
  const { uid, old, dryRun } = asked;
  if (!isLoadBalancer(old)) return toResponse(uid, []);
  const input = await gatherInput(run, cluster, { service: old, old });
  const { severityOf, mode } = await policyFor(run, cluster, old);
  const findings = checkLeaving(input, severityOf);
  const response = toResponse(uid, findings, mode);
  const recording = recordFindings(run, reviewed(keyOf(cluster, old), asked, mode), findings);
  const declared = declaredNow(run, cluster, old);
  const isProposing = response.allowed && !dryRun;
  await waitForAll([
    recording,
    isProposing ? propose(run, { ...declared, deletedAtUtc: declared.observedAtUtc }) : undefined,
  ]);
  return response;
}

function reviewed(
  { cluster, namespace, name }: ServiceKey,
  { operation, dryRun, afterwards }: Asked,
  mode: AdmissionMode,
): Reviewed {
  return { cluster, namespace, name, operation, dryRun, afterwards, mode };
}

async function policyFor(
  run: Run,
  cluster: Cluster,
  { metadata: { namespace } }: Service,
): Promise<{ readonly severityOf: Severities; readonly mode: AdmissionMode }> {
  const { policy } = await cachedPolicy(run);
  const place = { cluster: cluster.name, namespace };
  return { severityOf: severitiesFor(policy, place), mode: admissionModeFor(policy, place) };
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
