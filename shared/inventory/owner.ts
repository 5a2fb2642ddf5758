import type { ServiceKey } from "../intents/model.ts";

/** True if both are the same Service: a cluster has one Service of a name at a time, whatever its uid was before. */
export function sameService(a: ServiceKey, b: ServiceKey): boolean {
  return a.cluster === b.cluster && a.namespace === b.namespace && a.name === b.name;
}

export function serviceName({ cluster, namespace, name }: ServiceKey): string {
  return `${cluster}/${namespace}/${name}`;
}
