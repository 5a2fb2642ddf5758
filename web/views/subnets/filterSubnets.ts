/** Filters subnets. Pure. */
import type { Subnet } from "../../../api/model.ts";
import { fullnessOf } from "./usage.ts";

export interface SubnetFilter {
  /** Part of its name, virtual network, prefix, delegation or subscription. */
  readonly text: string;
  readonly vnet: string;
  /** `full`: at least 80 %. */
  readonly filling: string;
}

export function filterSubnets(subnets: readonly Subnet[], { text, vnet, filling }: SubnetFilter): Subnet[] {
  const searched = text.trim().toLowerCase();
  return subnets.filter(
    (subnet) =>
      (vnet === "" || subnet.vnetId.toLowerCase() === vnet.toLowerCase()) &&
      (filling !== "full" || fullnessOf(subnet) !== "good") &&
      (filling !== "growing" || subnet.forecast?.fullOn !== undefined) &&
      wordsOf(subnet).includes(searched),
  );
}

function wordsOf({ name, vnet, prefixes, delegations, subscription }: Subnet): string {
  return [name, vnet, `${vnet}/${name}`, ...prefixes, ...delegations, subscription].join(" ").toLowerCase();
}
