import { parseIntent } from "../annotations/parse.ts";
import { annotationsOf, type Service } from "../annotations/service.ts";
import type { Cluster } from "../clusters/model.ts";
import type { SubnetRow } from "../inventory/model.ts";
import { parseResourceId } from "../network/resourceId.ts";
import type { Policy } from "../policy.ts";
import type { Run } from "../ports.ts";
import { knownPolicy, knownSubnets } from "./known.ts";
import type { Inventory, RuleInput } from "./rule.ts";

/** Everything that the rules read, from what is known since a few seconds ago. */
export async function gatherInput(run: Run, cluster: Cluster, service: Service): Promise<RuleInput> {
  const [{ policy }, subnets] = await Promise.all([knownPolicy(run), knownSubnets(run, cluster.vnetId)]);
  const intent = parseIntent(service);
  const inventory =
    subnets.length > 0
      ? inventoryOf(run, { cluster, subnets, policy, name: intent.subnet ?? cluster.defaultSubnet })
      : undefined;
  return {
    annotations: annotationsOf(service),
    intent,
    loadBalancerIp: service.spec.loadBalancerIP ?? "",
    excludedRanges: policy.excludedRanges,
    ...(inventory && { inventory }),
  };
}

interface Place {
  readonly cluster: Cluster;
  readonly subnets: readonly SubnetRow[];
  readonly policy: Policy;
  readonly name: string;
}

function inventoryOf(run: Run, { cluster, subnets, policy, name }: Place): Inventory {
  // ARM finds a subnet whatever the case of its name, so does the CCM.
  const subnet = subnets.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  const ageMilliseconds = subnet ? run.now().getTime() - Date.parse(subnet.scannedAtUtc) : 0;
  return {
    vnetName: parseResourceId(cluster.vnetId)?.name ?? cluster.vnetId,
    subnets,
    subnetName: name,
    ...(subnet && { subnet }),
    ageMinutes: ageMilliseconds / 60_000,
    staleMinutes: policy.inventoryStaleMinutes,
  };
}
