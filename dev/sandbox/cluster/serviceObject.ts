/** What the API server sets in a Service that it is sent, and what it refuses with 422 before it calls any validating webhook. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Service } from "./service.ts";

const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LOWEST_NODE_PORT = 30_000;
const HIGHEST_NODE_PORT = 32_767;
const TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];

/** What the API server itself sets when it creates an object. */
export function initialised(given: Service): Service {
  const { generateName } = given.metadata;
  const name = given.metadata.name || `${generateName}${randomBytes(3).toString("hex").slice(0, 5)}`;
  const { deletionTimestamp: _, resourceVersion: __, ...metadata } = structuredClone(given.metadata);
  return {
    ...structuredClone(given),
    metadata: { ...metadata, name, uid: randomUUID(), creationTimestamp: new Date().toISOString() },
    status: { loadBalancer: {} },
  };
}

/** What an update leaves as it is. */
export function replaced(given: Service, old: Service): Service {
  const { uid, creationTimestamp, resourceVersion, deletionTimestamp, deletionGracePeriodSeconds } =
    old.metadata;
  const kept = { uid, creationTimestamp, resourceVersion, deletionTimestamp, deletionGracePeriodSeconds };
  const metadata = { ...structuredClone(given.metadata), ...defined(kept) };
  return { ...structuredClone(given), metadata, ...(old.status && { status: old.status }) };
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

export function terminating(old: Service): Service {
  if (old.metadata.deletionTimestamp) return old;
  const metadata = {
    ...old.metadata,
    deletionTimestamp: new Date().toISOString(),
    deletionGracePeriodSeconds: 0,
  };
  return { ...old, metadata };
}

export function kubernetesService(): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "kubernetes",
      namespace: "default",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
    spec: {
      type: "ClusterIP",
      clusterIP: "10.0.0.1",
      ipFamilies: ["IPv4"],
      ports: [{ name: "https", protocol: "TCP", port: 443 }],
    },
  };
}

/** The first problem, as kubectl prints it. */
export function problemOf({ metadata, spec }: Service, others: readonly Service[]): string | undefined {
  if (!NAME.test(metadata.name))
    return `metadata.name: Invalid value: "${metadata.name}": a DNS-1035 label must consist of lower case alphanumeric characters or '-'`;
  if (!TYPES.includes(spec.type)) return `spec.type: Unsupported value: "${spec.type}"`;
  if (spec.ports.length === 0 && spec.clusterIP !== "None") return "spec.ports: Required value";
  const taken = new Set(others.flatMap((other) => other.spec.ports.map(({ nodePort }) => nodePort)));
  for (const [index, { nodePort }] of spec.ports.entries()) {
    const field = `spec.ports[${index}].nodePort: Invalid value: ${nodePort}`;
    if (nodePort === undefined) continue;
    if (nodePort < LOWEST_NODE_PORT || nodePort > HIGHEST_NODE_PORT)
      return `${field}: provided port is not in the valid range. The range of valid ports is 30000-32767`;
    if (taken.has(nodePort)) return `${field}: provided port is already allocated`;
  }
  return undefined;
}
