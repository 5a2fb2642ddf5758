/** Admission of Services whose load balancer another controller creates: a warning if they have Azure annotations. */
import { annotationsOf, isOfOtherController, type Service } from "../kubernetes/service.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Run } from "../ports/ports.ts";
import { toResponse } from "./answer.ts";
import { recordFindings, type Reviewed } from "./decisions.ts";
import { declarationOf } from "./gather.ts";
import { cachedPolicy } from "./cached.ts";
import { admissionModeFor, severitiesFor } from "./permitted.ts";
import type { AdmissionResponse } from "./review.ts";
import type { RuleFinding } from "./rule.ts";
import { checkRules, type Severities } from "./rules.ts";
import { isAzures } from "./rules/otherClass.ts";

/** True if a Service of another controller has annotations for the Azure controller. */
export function hasIgnoredAnnotations(service: Service | undefined): service is Service {
  return isOfOtherController(service) && Object.keys(annotationsOf(service)).some(isAzures);
}

/** Pure. */
export function otherFindings(service: Service, severityOf: Severities): RuleFinding[] {
  const otherClass = service.spec.loadBalancerClass ?? "";
  return checkRules({ ...declarationOf(service), otherClass, allowed: { excludedRanges: [] } }, severityOf);
}

interface Asked extends Pick<Reviewed, "operation" | "dryRun" | "afterwards"> {
  readonly uid: string;
  readonly old: Service | undefined;
  readonly service: Service;
}

/** Returns no warning for an update that does not change the annotations. Claims and proposes nothing. */
export async function admitOther(
  run: Run,
  cluster: Cluster,
  { uid, service, old, ...asked }: Asked,
): Promise<AdmissionResponse> {
  const isOld = isOfOtherController(old) && azures(old) === azures(service);
  if (isOld || service.metadata.deletionTimestamp) return toResponse(uid, []);
  const { policy } = await cachedPolicy(run);
  const { namespace, name } = service.metadata;
  const place = { cluster: cluster.name, namespace };
  const mode = admissionModeFor(policy, place);
  const findings = otherFindings(service, severitiesFor(policy, place));
  await recordFindings(run, { ...place, ...asked, name, mode }, findings);
  return toResponse(uid, findings, mode);
}

function azures(service: Service): string {
  const entries = Object.entries(annotationsOf(service)).filter(([key]) => isAzures(key));
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
