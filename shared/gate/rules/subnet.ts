import { ANNOTATIONS } from "../../annotations/keys.ts";
import type { Rule } from "../rule.ts";

const KEY = ANNOTATIONS.internalSubnet.key;

export const subnetUnknown: Rule = {
  id: "subnet-unknown",
  title: "The subnet is not in the cluster's virtual network",
  severity: "deny",
  reads: KEY,
  needsState: true,
  docs: "The cloud controller uses the value as it stands, spaces included, as a subnet name in the cluster's virtual network.",
  check: ({ intent, inventory }) => {
    if (!intent.internal || !inventory || inventory.subnet) return [];
    const names = inventory.subnets.map(({ name }) => name).join(", ");
    return [
      {
        field: KEY,
        value: inventory.subnetName,
        message: `there is no subnet "${inventory.subnetName}" in ${inventory.vnetName}; it has ${names}`,
      },
    ];
  },
};

export const inventoryStale: Rule = {
  id: "inventory-stale",
  title: "What Mooring knows of the subnet is old",
  severity: "warn",
  reads: "when the subnet was scanned, policy `inventoryStaleMinutes`",
  needsState: true,
  docs: "An address taken since then is noticed only by Azure; the check was made all the same.",
  check: ({ intent, inventory }) => {
    if (!intent.internal) return [];
    if (!inventory)
      return [
        {
          field: KEY,
          value: intent.subnet ?? "",
          message: "the cluster's virtual network was never scanned: subnet and addresses are unchecked",
        },
      ];
    if (!inventory.subnet || inventory.ageMinutes <= inventory.staleMinutes) return [];
    return [
      {
        field: KEY,
        value: inventory.subnet.name,
        message: `subnet ${inventory.subnet.name} was last scanned ${Math.floor(inventory.ageMinutes)} minutes ago`,
      },
    ];
  },
};
