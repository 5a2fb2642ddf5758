import type { ServiceKey } from "../kubernetes/intent.ts";

/** True if both are the same Service: a cluster has one Service of a name at a time, whatever its uid was before. */
export function sameService(a: ServiceKey, b: ServiceKey): boolean {
  return a.cluster === b.cluster && a.namespace === b.namespace && a.name === b.name;
}

/** True if both are the same Service, and not one that took the name since. Another cluster may have the same uid, or claim to. */
export function sameOwner(a: ServiceKey, b: ServiceKey): boolean {
  return sameService(a, b) && a.uid === b.uid;
}

export function ownerKey({ uid, ...service }: ServiceKey): string {
  return `${serviceName(service)} ${uid}`;
}

export function serviceName({ cluster, namespace, name }: Omit<ServiceKey, "uid">): string {
  return `${cluster}/${namespace}/${name}`;
}
