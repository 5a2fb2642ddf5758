/**
 * The mutating webhook: writes requested addresses into Services. Runs before validation and refuses nothing that validation
 * decides; where it would refuse, warn mode admits the Service without an address. Never changes an existing value, so that a repeated request changes nothing.
 */
import { isLoadBalancer, type Service } from "../kubernetes/service.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import { refuse } from "./answer.ts";
import { cachedPolicy } from "./cached.ts";
import { chooseAddresses } from "./choose.ts";
import { handOver, type Reviewed } from "./decisions.ts";
import { gatherInput } from "./gather.ts";
import { changed, moveLoadBalancerIp, toPatch, type Operation } from "./patch.ts";
import { admissionModeFor } from "./permitted.ts";
import { recordRefusal } from "./refusalStore.ts";
import { requireServices, type AdmissionResponse, type AdmissionReview } from "./review.ts";

/** @throws InvalidInput naming every wrong field, if the review is not about a Service */
export async function writeAddresses(
  run: Run,
  cluster: Cluster,
  review: AdmissionReview,
  { afterwards }: Pick<Reviewed, "afterwards"> = {},
): Promise<AdmissionResponse> {
  const { uid, dryRun, operation } = review.request;
  const { object, oldObject } = requireServices(review);
  if (!isLoadBalancer(object) || object.metadata.deletionTimestamp) return { uid, allowed: true };
  const old = isLoadBalancer(oldObject) ? oldObject : undefined;
  return rewrite(run, { uid, operation, cluster, service: object, old, dryRun: dryRun ?? false, afterwards });
}

interface Rewriting extends Pick<Reviewed, "operation" | "dryRun" | "afterwards"> {
  readonly uid: string;
  readonly cluster: Cluster;
  readonly service: Service;
  readonly old: Service | undefined;
}

async function rewrite(
  run: Run,
  { uid, operation, cluster, service, old, dryRun, afterwards }: Rewriting,
): Promise<AdmissionResponse> {
  const moved = moveLoadBalancerIp(service);
  const input = await gatherInput(run, cluster, { service: changed(service, moved), old });
  const { namespace, name, uid: serviceUid } = service.metadata;
  const owner = { cluster: cluster.name, namespace, name, uid: serviceUid };
  // With `generateName` the Service has no name yet: validation, which runs after the API server generates it, claims the address.
  const readOnly = dryRun || name === "";
  const chosen = await chooseAddresses(run, { cluster, owner, input, dryRun: readOnly });
  const annotations = { ...moved.annotations, ...(chosen.ok && chosen.annotations) };
  const response = patched(uid, toPatch(service, { ...moved, annotations }));
  if (chosen.ok) return response;
  const { message } = chosen;
  const mode = admissionModeFor((await cachedPolicy(run)).policy, owner);
  const refusal = { ...requesterOf(owner), operation, mode, reasons: [{ message }] };
  if (!dryRun) await handOver(afterwards, recordRefusal(run, refusal));
  return { ...(mode === "warn" && response), ...refuse(uid, { code: 403, message, mode }) };
}

function requesterOf({ cluster, namespace, name }: ServiceKey): Omit<ServiceKey, "uid"> {
  return { cluster, namespace, name };
}

function patched(uid: string, operations: readonly Operation[]): AdmissionResponse {
  if (operations.length === 0) return { uid, allowed: true };
  const patch = Buffer.from(JSON.stringify(operations)).toString("base64");
  return { uid, allowed: true, patchType: "JSONPatch", patch };
}
