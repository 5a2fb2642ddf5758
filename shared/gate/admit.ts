/**
 * The gate's use case: what the API server is told about a Service. Called by `functions/admitService.ts`. Never asks Azure;
 * an allowed CREATE costs two Table round trips (reserve, remember), a refused one two (reserve, nearest free).
 */
import { isLoadBalancer, type Service } from "../annotations/service.ts";
import { parseIntent } from "../annotations/parse.ts";
import type { Cluster } from "../clusters/model.ts";
import { InvalidInput } from "../errors.ts";
import { release } from "../inventory/release.ts";
import type { Declared, ServiceKey } from "../intents/model.ts";
import { remember } from "../intents/remember.ts";
import type { Run } from "../ports.ts";
import { toResponse } from "./answer.ts";
import { gatherInput } from "./gather.ts";
import { holderFindings } from "./holders.ts";
import { servicesOf, type AdmissionResponse, type AdmissionReview } from "./review.ts";
import type { RuleInput } from "./rule.ts";
import { checkRules } from "./rules.ts";
import { validAddresses } from "./rules/requested.ts";

/** @throws InvalidInput naming every wrong field, if the review is not about a Service */
export async function admit(run: Run, cluster: Cluster, review: AdmissionReview): Promise<AdmissionResponse> {
  const { request } = review;
  if (request.kind.kind !== "Service")
    throw new InvalidInput(`request.kind: only Services are reviewed here, not ${request.kind.kind}`);
  const { object, oldObject, problems } = servicesOf(review);
  if (problems.length > 0) throw new InvalidInput(problems);
  const dryRun = request.dryRun ?? false;
  if (request.operation !== "DELETE" && isLoadBalancer(object))
    return admitDeclared(run, cluster, { uid: request.uid, service: object, dryRun });
  if (!dryRun && isLoadBalancer(oldObject)) await forget(run, cluster, oldObject);
  return toResponse(request.uid, []);
}

interface Asked {
  readonly uid: string;
  readonly service: Service;
  readonly dryRun: boolean;
}

async function admitDeclared(
  run: Run,
  cluster: Cluster,
  { uid, service, dryRun }: Asked,
): Promise<AdmissionResponse> {
  const input = await gatherInput(run, cluster, service);
  const found = checkRules(input);
  const refused = found.some(({ severity }) => severity === "deny");
  // A Service that is refused anyway must not hold an address; what its address would meet is still told.
  const holders = await holderFindings(run, {
    cluster,
    input,
    owner: keyOf(cluster, service),
    readOnly: refused || dryRun,
  });
  const findings = [...found, ...holders];
  const response = toResponse(uid, findings);
  if (response.allowed && !dryRun) await remember(run, declaredNow(run, cluster, service));
  return response;
}

async function forget(run: Run, cluster: Cluster, service: Service): Promise<void> {
  const declared = declaredNow(run, cluster, service);
  await remember(run, { ...declared, deletedAtUtc: declared.observedAtUtc });
  const input: RuleInput = await gatherInput(run, cluster, service);
  const { subnet } = input.inventory ?? {};
  if (!subnet) return;
  await Promise.all(
    validAddresses(input).map(({ text }) => release(run, keyOf(cluster, service), subnet.id, text)),
  );
}

function declaredNow(run: Run, cluster: Cluster, service: Service): Declared {
  return {
    ...keyOf(cluster, service),
    origin: "admission",
    observedAtUtc: run.now().toISOString(),
    intent: parseIntent(service),
  };
}

function keyOf(cluster: Cluster, { metadata: { namespace, name, uid } }: Service): ServiceKey {
  return { cluster: cluster.name, namespace, name, uid };
}
