import type { ServiceKey } from "../kubernetes/intent.ts";

/**
 * True if both are the same Service: a cluster has one Service of a name at a time, regardless of earlier
 * uids.
 */
export function sameService(a: ServiceKey, b: ServiceKey): boolean {
  return a.cluster === b.cluster && a.namespace === b.namespace && a.name === b.name;
}

/**
 * True if both are the same Service with the same uid. Compares the cluster too, because a uid is unique only
 * in its cluster.
 */
export function sameOwner(a: ServiceKey, b: ServiceKey): boolean {
  return sameService(a, b) && a.uid === b.uid;
}

export function ownerKey({ uid, ...service }: ServiceKey): string {
  return `${serviceName(service)} ${uid}`;
}

export function serviceName({ cluster, namespace, name }: Omit<ServiceKey, "uid">): string {
  return `${cluster}/${namespace}/${name}`;
}
