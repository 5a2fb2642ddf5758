import { contains, isAzureReserved, parsePrefixes, type Address } from "../../addresses/prefix.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { validAddresses } from "./requested.ts";

function prefixOf(prefixes: readonly string[], address: Address): string | undefined {
  return prefixes.find((text) => parsePrefixes([text]).some((prefix) => contains(prefix, address)));
}

export const addressOutsideSubnet: Rule = {
  id: "address-outside-subnet",
  title: "The address is in none of the subnet's prefixes",
  severity: "deny",
  reads: "requested addresses, the subnet's prefixes",
  needsState: true,
  docs: "Azure refuses it with PrivateIPAddressNotInSubnet and the Service stays pending.",
  check: (input) => {
    const { subnet, subnets } = input.inventory ?? {};
    if (!subnet) return [];
    return validAddresses(input).flatMap(({ field, text, address }) => {
      if (prefixOf(subnet.prefixes, address)) return [];
      const home = subnets?.find(({ prefixes }) => prefixOf(prefixes, address));
      const hint = home ? `; it is in subnet ${home.name}: name that subnet, or choose another address` : "";
      return [
        {
          field,
          value: text,
          message: `${text} is not in subnet ${subnet.name} (${subnet.prefixes.join(", ")})${hint}`,
        },
      ];
    });
  },
};

export const addressAzureReserved: Rule = {
  id: "address-azure-reserved",
  title: "The address is one that Azure keeps",
  severity: "deny",
  reads: "requested addresses, the subnet's prefixes",
  needsState: true,
  docs: "Azure keeps the first four addresses and the last one of every prefix.",
  check: (input) =>
    validAddresses(input).flatMap(({ field, text, address }) => {
      const prefix = prefixOf(input.inventory?.subnet?.prefixes ?? [], address);
      if (!prefix || !parsePrefixes([prefix]).some((range) => isAzureReserved(range, address))) return [];
      return [{ field, value: text, message: `${text} is kept by Azure (first four and last of ${prefix})` }];
    }),
};

export const addressExcluded: Rule = {
  id: "address-excluded",
  title: "The address is in a range that policy excludes",
  severity: "deny",
  reads: "requested addresses, policy `excludedRanges`",
  needsState: false,
  docs: "Ranges that are meant for nodes or other uses are kept free of Services.",
  check: (input: RuleInput) =>
    validAddresses(input).flatMap(({ field, text, address }) => {
      const range = prefixOf(input.excludedRanges, address);
      return range
        ? [{ field, value: text, message: `${text} is in ${range}, which policy keeps for other uses` }]
        : [];
    }),
};
