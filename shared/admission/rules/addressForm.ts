import { ADDRESS, IPV4, IPV6 } from "../../azure/addressPattern.ts";
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import type { Rule } from "../rule.ts";
import { FRONTEND } from "./requested.ts";

const READS = `${ANNOTATIONS.ipv4.key}, ${ANNOTATIONS.ipv6.key}, spec.loadBalancerIP`;

export const addressMalformed: Rule = {
  id: "address-malformed",
  title: "Malformed IP address",
  severity: "deny",
  reads: READS,
  needsState: false,
  docs: "Programs interpret `010.0.0.1`, `10.1` and surrounding spaces differently. Azure rejects them and the Service stays pending.",
  cel: () =>
    `variables.isInternal && [variables.ipv4, variables.ipv6].exists(text, text != '' && !text.matches('${ADDRESS}'))`,
  check: (input) =>
    FRONTEND.requested(input)
      .filter(({ address }) => !address)
      .map(({ field, text, family }) => ({
        field,
        value: text,
        message: `"${text}" is not a valid ${family} address; use a form like ${family === "IPv4" ? "10.0.0.5" : "fd00::5"}`,
      })),
};

export const addressFamilyMismatch: Rule = {
  id: "address-family-mismatch",
  title: "IP family of the address does not match the field or the Service",
  severity: "deny",
  reads: `${READS}, spec.ipFamilies, spec.ipFamilyPolicy`,
  needsState: false,
  docs: "The cloud controller assigns the address to a frontend of the field's family, and only for families that the Service has. With `PreferDualStack` the cluster decides whether the Service has a second family.",
  cel: () =>
    `variables.isInternal && (variables.ipv4.matches('${IPV6}') || variables.ipv6.matches('${IPV4}') || (variables.familyPolicy != 'PreferDualStack' && ((variables.ipv4.matches('${IPV4}') && !('IPv4' in variables.families)) || (variables.ipv6.matches('${IPV6}') && !('IPv6' in variables.families)))))`,
  check: (input) =>
    FRONTEND.requested(input).flatMap(({ field, text, family, address }) => {
      if (!address) return [];
      if (address.family !== family)
        return [
          {
            field,
            value: text,
            message: `${text} is an ${address.family} address, but the field is for ${family}`,
          },
        ];
      if (input.familyPolicy === "PreferDualStack" || input.intent.ipFamilies.includes(family)) return [];
      return [
        {
          field,
          value: text,
          message: `the Service has no ${family} (spec.ipFamilies is ${input.intent.ipFamilies.join(", ")})`,
        },
      ];
    }),
};
