import { ADDRESS, IPV4, IPV6 } from "../../azure/addressPattern.ts";
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import type { Rule } from "../rule.ts";
import { FRONTEND } from "./requested.ts";

const READS = `${ANNOTATIONS.ipv4.key}, ${ANNOTATIONS.ipv6.key}, spec.loadBalancerIP`;

export const addressMalformed: Rule = {
  id: "address-malformed",
  title: "Not an address in strict text form",
  severity: "deny",
  reads: READS,
  needsState: false,
  docs: "`010.0.0.1`, `10.1` and surrounding spaces are read differently by different programs; Azure refuses them and the Service stays pending.",
  cel: () =>
    `variables.isInternal && [variables.ipv4, variables.ipv6].exists(text, text != '' && !text.matches('${ADDRESS}'))`,
  check: (input) =>
    FRONTEND.requested(input)
      .filter(({ address }) => !address)
      .map(({ field, text, family }) => ({
        field,
        value: text,
        message: `"${text}" is not an ${family} address: write it like ${family === "IPv4" ? "10.0.0.5" : "fd00::5"}`,
      })),
};

export const addressFamilyMismatch: Rule = {
  id: "address-family-mismatch",
  title: "An address of another family than the field or the Service has",
  severity: "deny",
  reads: `${READS}, spec.ipFamilies, spec.ipFamilyPolicy`,
  needsState: false,
  docs: "The cloud controller hands the address to a frontend of the field's family, and only for families that the Service has. With `PreferDualStack` the cluster decides about the second family.",
  cel: () =>
    `variables.isInternal && (variables.ipv4.matches('${IPV6}') || variables.ipv6.matches('${IPV4}') || (variables.familyPolicy != 'PreferDualStack' && ((variables.ipv4.matches('${IPV4}') && !('IPv4' in variables.families)) || (variables.ipv6.matches('${IPV6}') && !('IPv6' in variables.families)))))`,
  check: (input) =>
    FRONTEND.requested(input).flatMap(({ field, text, family, address }) => {
      if (!address) return [];
      if (address.family !== family)
        return [
          { field, value: text, message: `${text} is an ${address.family} address in the ${family} field` },
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
