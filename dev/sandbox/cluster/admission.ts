/**
 * The API server's part: AdmissionReview v1 before a Service is accepted, as a ValidatingWebhookConfiguration would have it.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
import { randomUUID } from "node:crypto";
import { hasAzureAnnotations, isLoadBalancer, type Service } from "./service.ts";
import { applyPatch, type Operation } from "rfc6902";

export interface Webhook {
  url: string;
  timeoutSeconds: number;
  failurePolicy: "Ignore" | "Fail";
}

export interface Change {
  operation: "CREATE" | "UPDATE" | "DELETE";
  object: Service | undefined;
  oldObject: Service | undefined;
  dryRun: boolean;
}

export interface Admission {
  allowed: boolean;
  /** HTTP status of a refusal. */
  code?: number;
  message?: string;
  warnings: string[];
}

interface Reviewed extends Admission {
  patch?: Operation[];
}

export async function review(webhook: Webhook | undefined, change: Change): Promise<Reviewed> {
  if (!webhook || !concernsLoadBalancers(change)) return { allowed: true, warnings: [] };
  try {
    return await ask(webhook, change);
  } catch (error) {
    const message = `failed calling webhook: ${error instanceof Error ? error.message : String(error)}`;
    return webhook.failurePolicy === "Ignore"
      ? { allowed: true, warnings: [] }
      : { allowed: false, code: 500, message, warnings: [] };
  }
}

/** As a MutatingWebhookConfiguration would have it: gives the object with the webhook's patch, too. */
export async function mutate(
  webhook: Webhook | undefined,
  change: Change & { object: Service },
): Promise<Admission & { object: Service }> {
  const { patch, ...admission } = await review(webhook, change);
  const object = structuredClone(change.object);
  if (patch === undefined || !admission.allowed) return { ...admission, object };
  const failed = applyPatch(object, patch).find((problem) => problem !== null);
  if (!failed) return { ...admission, object };
  return {
    allowed: false,
    code: 500,
    message: `failed to apply the patch: ${failed.message}`,
    warnings: [],
    object,
  };
}

/** The configuration's matchConditions. */
function concernsLoadBalancers({ object, oldObject }: Change): boolean {
  return isLoadBalancer(object) || isLoadBalancer(oldObject) || (!oldObject && hasAzureAnnotations(object));
}

async function ask(webhook: Webhook, change: Change): Promise<Reviewed> {
  const uid = randomUUID();
  const response = await fetch(`${webhook.url}?timeout=${webhook.timeoutSeconds}s`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, */*" },
    body: JSON.stringify(toReview(uid, change)),
    signal: AbortSignal.timeout(webhook.timeoutSeconds * 1000),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const body = (await response.json()) as {
    response?: {
      uid: string;
      allowed: boolean;
      status?: { message?: string };
      warnings?: string[];
      patch?: string;
    };
  };
  if (body.response?.uid !== uid) throw new Error("expected response.uid to be the request's");
  const { allowed, status, warnings = [], patch } = body.response;
  return {
    allowed,
    warnings,
    ...(status?.message && { message: status.message }),
    ...(patch !== undefined && { patch: JSON.parse(Buffer.from(patch, "base64").toString()) as Operation[] }),
  };
}

function toReview(uid: string, { operation, object, oldObject, dryRun }: Change) {
  const service = (object ?? oldObject) as Service;
  const kind = { group: "", version: "v1", kind: "Service" };
  const resource = { group: "", version: "v1", resource: "services" };
  return {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: service.metadata.name,
      namespace: service.metadata.namespace,
      operation,
      userInfo: { username: "sandbox-admin", groups: ["system:masters", "system:authenticated"] },
      object: operation === "DELETE" ? null : object,
      oldObject: oldObject ?? null,
      dryRun,
      options: {
        kind: `${operation[0]}${operation.slice(1).toLowerCase()}Options`,
        apiVersion: "meta.k8s.io/v1",
      },
    },
  };
}
