/** Where an address lies: in its subnet, apart from what Azure and the organisation keep. For frontends and Private Link Services alike. */
import { contains, isAzureReserved, parsePrefixes, type Address } from "../../azure/prefix.ts";
import { celList, type Rule } from "../rule.ts";
import { validAddresses, type Target } from "./requested.ts";

function prefixOf(prefixes: readonly string[], address: Address): string | undefined {
  return prefixes.find((text) => parsePrefixes([text]).some((prefix) => contains(prefix, address)));
}

export const addressOutsideSubnet = (target: Target): Rule => ({
  id: `${target.idPrefix}address-outside-subnet`,
  title: `The ${target.noun} is in none of the subnet's prefixes`,
  severity: "deny",
  reads: "requested addresses, the subnet's prefixes",
  needsState: true,
  docs: "Azure refuses it with PrivateIPAddressNotInSubnet and the Service stays pending.",
  check: (input) => {
    const subnet = target.subnet(input.inventory);
    if (!subnet) return [];
    return validAddresses(target, input).flatMap(({ field, text, address }) => {
      if (prefixOf(subnet.prefixes, address)) return [];
      const home = input.inventory?.subnets.find(({ prefixes }) => prefixOf(prefixes, address));
      const hint = home
        ? `; it is in subnet ${home.name}: name that subnet in ${target.subnetField}, or choose another address`
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
  title: `The ${target.noun} is one that Azure keeps`,
  severity: "deny",
  reads: "requested addresses, the subnet's prefixes",
  needsState: true,
  docs: "Azure keeps the first four addresses and the last one of every prefix.",
  check: (input) =>
    validAddresses(target, input).flatMap(({ field, text, address }) => {
      const prefix = prefixOf(target.subnet(input.inventory)?.prefixes ?? [], address);
      if (!prefix || !parsePrefixes([prefix]).some((range) => isAzureReserved(range, address))) return [];
      return [{ field, value: text, message: `${text} is kept by Azure (first four and last of ${prefix})` }];
    }),
});

export const addressExcluded = (target: Target): Rule => ({
  id: `${target.idPrefix}address-excluded`,
  title: `The ${target.noun} is in a range that policy excludes`,
  severity: "deny",
  reads: "requested addresses, policy `excludedRanges`",
  needsState: false,
  docs: "Ranges that are meant for nodes or other uses are kept free of Services.",
  cel: ({ excludedRanges }) =>
    excludedRanges.length === 0
      ? undefined
      : `${target.celAddresses}.exists(text, isIP(text) && ${celList(excludedRanges)}.exists(range, cidr(range).containsIP(text)))`,
  check: (input) =>
    validAddresses(target, input).flatMap(({ field, text, address }) => {
      const range = prefixOf(input.allowed.excludedRanges, address);
      return range
        ? [{ field, value: text, message: `${text} is in ${range}, which policy keeps for other uses` }]
        : [];
    }),
});
