/** Which subnets a person asks for. Pure. */
import type { Subnet } from "../../../api/model.ts";
import { fullnessOf } from "./usage.ts";

export interface SubnetFilter {
  /** Part of its name, network, prefix, delegation or subscription. */
  readonly text: string;
  readonly vnet: string;
  /** `full`: at least four fifths. */
  readonly filling: string;
}

export function filterSubnets(subnets: readonly Subnet[], { text, vnet, filling }: SubnetFilter): Subnet[] {
  const wanted = text.trim().toLowerCase();
  return subnets.filter(
    (subnet) =>
      (vnet === "" || subnet.vnetId.toLowerCase() === vnet.toLowerCase()) &&
      (filling !== "full" || fullnessOf(subnet) !== "good") &&
      (filling !== "growing" || subnet.forecast?.fullOn !== undefined) &&
      wordsOf(subnet).includes(wanted),
  );
}

function wordsOf({ name, vnet, prefixes, delegations, subscription }: Subnet): string {
  return [name, vnet, `${vnet}/${name}`, ...prefixes, ...delegations, subscription].join(" ").toLowerCase();
}
