/** Checks that an address is in its subnet and not reserved by Azure or policy, for frontends and Private Link Services. */
import { contains, isAzureReserved, parsePrefixes, type Address } from "../../azure/prefix.ts";
import { celList, type Rule } from "../rule.ts";
import { validAddresses, type Target } from "./requested.ts";

function prefixOf(prefixes: readonly string[], address: Address): string | undefined {
  return prefixes.find((text) => parsePrefixes([text]).some((prefix) => contains(prefix, address)));
}

export const addressOutsideSubnet = (target: Target): Rule => ({
  id: `${target.idPrefix}address-outside-subnet`,
  title: `${target.title} outside the subnet`,
  severity: "deny",
  reads: "requested addresses, the subnet's prefixes",
  needsState: true,
  docs: "Azure rejects the address with PrivateIPAddressNotInSubnet and the Service stays pending.",
  check: (input) => {
    const subnet = target.subnet(input.inventory);
    if (!subnet) return [];
    return validAddresses(target, input).flatMap(({ field, text, address }) => {
      if (prefixOf(subnet.prefixes, address)) return [];
      const home = input.inventory?.subnets.find(({ prefixes }) => prefixOf(prefixes, address));
      const hint = home
        ? `; it is in subnet ${home.name}: set ${target.subnetField} to that subnet, or choose another address`
        : "";
      return [
        {
          field,
          value: text,
          message: `${text} is not in subnet ${subnet.name} (${subnet.prefixes.join(", ")})${hint}`,
        },
      ];
    });
  },
});

export const addressAzureReserved = (target: Target): Rule => ({
  id: `${target.idPrefix}address-azure-reserved`,
  title: `${target.title} reserved by Azure`,
  severity: "deny",
  reads: "requested addresses, the subnet's prefixes",
  needsState: true,
  docs: "Azure reserves the first four addresses and the last address of each subnet prefix.",
  check: (input) =>
    validAddresses(target, input).flatMap(({ field, text, address }) => {
      const prefix = prefixOf(target.subnet(input.inventory)?.prefixes ?? [], address);
      if (!prefix || !parsePrefixes([prefix]).some((range) => isAzureReserved(range, address))) return [];
      return [
        {
          field,
          value: text,
          message: `${text} is reserved by Azure (first four and last of ${prefix}); choose another address`,
        },
      ];
    }),
});

export const addressExcluded = (target: Target): Rule => ({
  id: `${target.idPrefix}address-excluded`,
  title: `${target.title} in a range that policy excludes`,
  severity: "deny",
  reads: "requested addresses, policy `excludedRanges`",
  needsState: false,
  docs: "Policy excludes ranges that are reserved for nodes or other uses.",
  cel: ({ excludedRanges }) =>
    excludedRanges.length === 0
      ? undefined
      : `${target.celAddresses}.exists(text, isIP(text) && ${celList(excludedRanges)}.exists(range, cidr(range).containsIP(text)))`,
  check: (input) =>
    validAddresses(target, input).flatMap(({ field, text, address }) => {
      const range = prefixOf(input.allowed.excludedRanges, address);
      return range
        ? [
            {
              field,
              value: text,
              message: `${text} is in ${range}, which policy excludes (excludedRanges); choose another address`,
            },
          ]
        : [];
    }),
});
