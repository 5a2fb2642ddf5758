/**
 * The API server's part: AdmissionReview v1 before a Service is accepted, as a ValidatingWebhookConfiguration would have it.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
import { randomUUID } from "node:crypto";
import type { Service } from "./service.ts";

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
  message?: string;
  warnings: string[];
}

export async function review(webhook: Webhook | undefined, change: Change): Promise<Admission> {
  if (!webhook || !concernsLoadBalancers(change)) return { allowed: true, warnings: [] };
  try {
    return await ask(webhook, change);
  } catch (error) {
    const message = `failed calling webhook: ${error instanceof Error ? error.message : String(error)}`;
    return webhook.failurePolicy === "Ignore"
      ? { allowed: true, warnings: [] }
      : { allowed: false, message, warnings: [] };
  }
}

/** The configuration's matchConditions. */
function concernsLoadBalancers({ object, oldObject }: Change): boolean {
  return object?.spec.type === "LoadBalancer" || oldObject?.spec.type === "LoadBalancer";
}

async function ask(webhook: Webhook, change: Change): Promise<Admission> {
  const uid = randomUUID();
  const response = await fetch(`${webhook.url}?timeout=${webhook.timeoutSeconds}s`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, */*" },
    body: JSON.stringify(toReview(uid, change)),
    signal: AbortSignal.timeout(webhook.timeoutSeconds * 1000),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const body = (await response.json()) as {
    response?: { uid: string; allowed: boolean; status?: { message?: string }; warnings?: string[] };
  };
  if (body.response?.uid !== uid) throw new Error("expected response.uid to be the request's");
  const { allowed, status, warnings = [] } = body.response;
  return { allowed, warnings, ...(status?.message && { message: status.message }) };
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
