import { AdmissionReview } from "../../shared/admission/review.ts";

const PREFIX = "service.beta.kubernetes.io/azure-load-balancer-";

/**
 * An internal Service that requests a free static address: another one for every round below 64 and every `n`
 * below 60,000.
 */
export function asking(round: number, n: number): object {
  const ipv4 = `10.${round}.${Math.floor(n / 240)}.${10 + (n % 240)}`;
  const annotations = { [`${PREFIX}internal`]: "true", [`${PREFIX}ipv4`]: ipv4 };
  return {
    metadata: { name: `s-${round}-${n}`, namespace: "bench", uid: crypto.randomUUID(), annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  };
}

export function plain(): object {
  return { metadata: { name: "plain", namespace: "bench" }, spec: { type: "ClusterIP" } };
}

export function document(object: object, oldObject: object | null = null): object {
  const operation = oldObject ? "UPDATE" : "CREATE";
  const kind = { group: "", version: "v1", kind: "Service" };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { uid: crypto.randomUUID(), kind, operation, namespace: "bench", name: "s", object, oldObject },
  };
}

export function review(object: object, oldObject: object | null = null): AdmissionReview {
  return AdmissionReview.parse(document(object, oldObject));
}
