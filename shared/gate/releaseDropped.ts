/** Releases what admission reserved for Services that never came to be: the API server refused them after admission. */
import type { Cluster } from "../clusters/model.ts";
import { listDeclared } from "../declarations/declared.ts";
import { release } from "../inventory/release.ts";
import { sameService } from "../inventory/owner.ts";
import type { Declared } from "../intents/model.ts";
import type { Run } from "../ports.ts";
import { findSubnet } from "./gather.ts";
import { knownSubnets } from "./known.ts";
import { waitForAll } from "../waitForAll.ts";

/** Addresses that the Service of the same name still declares, or proposes, stay reserved. */
export async function releaseDropped(
  run: Run,
  cluster: Cluster,
  dropped: readonly Declared[],
): Promise<void> {
  if (dropped.length === 0) return;
  const [subnets, declared] = await waitForAll([
    knownSubnets(run, cluster.vnetId),
    listDeclared(run, cluster.name),
  ]);
  for (const proposal of dropped) {
    const kept = declared.filter((one) => sameService(one, proposal)).flatMap(addressesOf);
    const subnet = findSubnet(subnets, proposal.intent.subnet ?? cluster.defaultSubnet);
    const ended = addressesOf(proposal).filter((address) => !kept.includes(address));
    for (const address of subnet ? ended : []) await release(run, proposal, subnet?.id ?? "", address);
  }
}

function addressesOf({ intent: { addresses } }: Declared): string[] {
  return [addresses.ipv4, addresses.ipv6].filter((address) => address !== undefined);
}
