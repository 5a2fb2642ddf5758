/** A private address on a public Service: the annotation that makes the Service internal is probably missing. */
import { IPV4, IPV6 } from "../../azure/addressPattern.ts";
import { contains, parsePrefixes, type Address } from "../../azure/prefix.ts";
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import type { SubnetRow } from "../../inventory/model.ts";
import { celList, type Rule, type RuleInput } from "../rule.ts";
import { requestedAddresses } from "./requested.ts";

/** @see RFC 1918, RFC 6598, RFC 4193 */
const PRIVATE_IPV4 = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
const PRIVATE_IPV6 = ["fc00::/7"];
/** Admission warnings are truncated: without its prefix the key leaves space for the reason. */
const SHORT = ANNOTATIONS.internal.key.slice(ANNOTATIONS.internal.key.indexOf("/") + 1);
const PRIVATE = parsePrefixes([...PRIVATE_IPV4, ...PRIVATE_IPV6]);

export const privateAddressOnPublic: Rule = {
  id: "private-address-on-public",
  title: "Private address requested on a public Service",
  severity: "deny",
  firesOnAbsence: true,
  celAtMost: "warn",
  reads: `${ANNOTATIONS.internal.key}, requested addresses, the prefixes of the cluster's subnets`,
  needsState: false,
  docs: "A public load balancer has public IP addresses only. The cloud controller finds none with this address and the Service stays pending. Denied if the address is in the cluster's virtual network, otherwise a warning.",
  cel: () =>
    `!variables.isInternal && (${isPrivateCel("ipv4", IPV4, PRIVATE_IPV4)} || ${isPrivateCel("ipv6", IPV6, PRIVATE_IPV6)})`,
  check: (input) => {
    if (input.intent.internal) return [];
    return requestedAddresses(input).flatMap(({ field, text, family, address }) => {
      if (address?.family !== family) return [];
      const home = subnetOf(input, address);
      if (!home && !PRIVATE.some((range) => contains(range, address))) return [];
      const what = home ? `in subnet ${home.name}` : "a private address";
      return [
        {
          field,
          value: text,
          message: `${text} is ${what}, but the load balancer is public: did you forget ${SHORT}: "true"?`,
          ...(!home && { atMost: "warn" as const }),
        },
      ];
    });
  },
};

function subnetOf({ inventory }: RuleInput, address: Address): SubnetRow | undefined {
  return inventory?.subnets.find(({ prefixes }) =>
    parsePrefixes(prefixes).some((prefix) => contains(prefix, address)),
  );
}

function isPrivateCel(variable: string, pattern: string, ranges: readonly string[]): string {
  const text = `variables.${variable}`;
  return `(${text}.matches('${pattern}') && isIP(${text}) && ${celList(ranges)}.exists(range, cidr(range).containsIP(${text})))`;
}
