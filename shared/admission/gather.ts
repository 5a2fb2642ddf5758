import { parseIntent } from "../kubernetes/parseIntent.ts";
import { annotationsOf, liveAddresses, type Service } from "../kubernetes/service.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Intent } from "../kubernetes/intent.ts";
import { findSubnet } from "../inventory/places.ts";
import type { SubnetRow } from "../inventory/model.ts";
import { resourceName } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import { hasIpv4Frontend } from "./frontends.ts";
import { cachedPolicy, cachedSubnets } from "./cached.ts";
import { findRelatedPrivateLinkServices } from "./relatedPrivateLinkServices.ts";
import { allowedFor } from "./permitted.ts";
import type { Declaration, Inventory, RuleInput } from "./rule.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** Everything that the rules read. Cached values may be a few seconds old. */
export async function gatherInput(
  run: Run,
  cluster: Cluster,
  { service, old }: { readonly service: Service; readonly old?: Service | undefined },
): Promise<RuleInput> {
  const declaration = declarationOf(service);
  const { namespace, name, uid } = service.metadata;
  const [{ policy }, subnets, privateLinkServices, ipv4] = await waitForAll([
    cachedPolicy(run),
    cachedSubnets(run, cluster.vnetId),
    findRelatedPrivateLinkServices(run, {
      cluster,
      // A manifest has no uid, but the existing Service has one.
      service: { namespace, name, uid: old?.metadata.uid ?? uid },
      intent: declaration.intent,
      old: old && parseIntent(old),
    }),
    hasIpv4Frontend(run, cluster, { service: { namespace, name }, intent: declaration.intent }),
  ]);
  return {
    ...declaration,
    ...(old && { old: declarationOf(old) }),
    allowed: allowedFor(policy, { cluster: cluster.name, namespace }),
    nodeResourceGroup: cluster.nodeResourceGroup,
    ...(subnets.length > 0
      ? { inventory: inventoryOf(run, { cluster, subnets, policy, intent: declaration.intent }) }
      : { neverScanned: true }),
    ...(privateLinkServices && { privateLinkServices }),
    ...(ipv4 !== undefined && { hasIpv4Frontend: ipv4 }),
  };
}

export function declarationOf(service: Service): Declaration {
  return {
    annotations: annotationsOf(service),
    intent: parseIntent(service),
    loadBalancerIp: service.spec.loadBalancerIP ?? "",
    familyPolicy: service.spec.ipFamilyPolicy ?? "",
    liveAddresses: liveAddresses(service),
  };
}

interface Surroundings {
  readonly cluster: Cluster;
  readonly subnets: readonly SubnetRow[];
  readonly policy: Policy;
  readonly intent: Intent;
}

function inventoryOf(run: Run, { cluster, subnets, policy, intent }: Surroundings): Inventory {
  const subnetName = intent.subnet ?? cluster.defaultSubnet;
  const plsSubnetName = intent.pls?.subnet ?? subnetName;
  const [subnet, plsSubnet] = [findSubnet(subnets, subnetName), findSubnet(subnets, plsSubnetName)];
  const ageMilliseconds = subnet ? run.now().getTime() - Date.parse(subnet.scannedAtUtc) : 0;
  return {
    vnetName: resourceName(cluster.vnetId),
    subnets,
    subnetName,
    ...(subnet && { subnet }),
    plsSubnetName,
    ...(plsSubnet && { plsSubnet }),
    ageMinutes: ageMilliseconds / 60_000,
    staleMinutes: policy.inventoryStaleMinutes,
  };
}
