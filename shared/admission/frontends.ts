import type { Cluster } from "../declarations/clusterModel.ts";
import type { Intent, ServiceKey } from "../kubernetes/intent.ts";
import { listDeclared } from "../declarations/declared.ts";
import type { Run } from "../ports/ports.ts";

/**
 * False if no other Service of the cluster declares an internal IPv4 frontend; `undefined` where nothing depends on it. Reads
 * storage only for an IPv6-only Service.
 */
export async function hasIpv4Frontend(
  run: Run,
  { name: cluster }: Cluster,
  { service, intent }: { readonly service: Pick<ServiceKey, "namespace" | "name">; readonly intent: Intent },
): Promise<boolean | undefined> {
  if (!intent.internal || intent.ipFamilies.includes("IPv4")) return undefined;
  const declared = await listDeclared(run, cluster);
  return declared.some(
    (other) =>
      other.deletedAtUtc === undefined &&
      other.intent.internal &&
      other.intent.ipFamilies.includes("IPv4") &&
      (other.namespace !== service.namespace || other.name !== service.name),
  );
}
