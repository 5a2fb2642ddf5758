/**
 * Pages of a list of Services over HTTP, from a separate process, so that generating them does not affect the
 * measured process.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Annotations, labels and managed fields of a Service as an API server lists it. */
const REST = "x".repeat(1500);

process.on("disconnect", () => process.exit());

const server = createServer((request, response) => {
  const asked = new URL(request.url ?? "", "http://x").searchParams;
  const number = (name: string) => Number(asked.get(name) ?? 0);
  const size = { services: number("services"), every: number("every"), of: asked.get("of") ?? "one" };
  response.end(page(size, number("limit"), number("continue")));
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));

interface Size {
  readonly services: number;
  /** One of how many is of type LoadBalancer. */
  readonly every: number;
  /** Name of the cluster. */
  readonly of: string;
}

function page({ services, every, of }: Size, limit: number, from: number): string {
  const end = Math.min(from + limit, services);
  const items = Array.from({ length: end - from }, (_, n) => service(from + n, { every, of }));
  const next = end < services ? { continue: String(end) } : {};
  const metadata = { resourceVersion: "99", ...next };
  return JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata, items });
}

/** The first is Service `default/kubernetes`. */
function service(n: number, { every, of }: Omit<Size, "services">) {
  if (n === 0)
    return object({ namespace: "default", name: "kubernetes", uid: `identity of ${of}`, type: "ClusterIP" });
  const name = `s${String(n).padStart(6, "0")}`;
  return object({ namespace: "shop", name, type: n % every === 0 ? "LoadBalancer" : "ClusterIP" });
}

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly uid?: string;
}

function object({ namespace, name, type, uid = `uid-of-${name}` }: Named) {
  const annotations = {
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/azure-load-balancer-internal-subnet": "apps",
    "meta.example.com/rest": REST,
  };
  const ports = [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080 }];
  return {
    metadata: { namespace, name, uid, resourceVersion: "5", annotations },
    spec: { type, selector: { app: name }, ports },
  };
}
