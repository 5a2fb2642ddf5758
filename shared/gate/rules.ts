/** The rule table, in the order in which findings are told. */
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";
import { addressFamilyMismatch, addressMalformed } from "./rules/addressForm.ts";
import { addressAzureReserved, addressExcluded, addressOutsideSubnet } from "./rules/addressPlace.ts";
import { addressInUse, addressReserved } from "./rules/holder.ts";
import { internalNotTrue, internalSettingsIgnored } from "./rules/internal.ts";
import { loadBalancerIpDeprecated, loadBalancerIpIgnored } from "./rules/loadBalancerIp.ts";
import { inventoryStale, subnetUnknown } from "./rules/subnet.ts";

export const RULES: readonly Rule[] = [
  internalNotTrue,
  internalSettingsIgnored,
  subnetUnknown,
  addressMalformed,
  addressFamilyMismatch,
  addressOutsideSubnet,
  addressAzureReserved,
  addressExcluded,
  addressInUse,
  addressReserved,
  loadBalancerIpDeprecated,
  loadBalancerIpIgnored,
  inventoryStale,
];

/** Everything that the rules find, not the first thing only. Pure. */
export function checkRules(input: RuleInput): RuleFinding[] {
  return RULES.flatMap((rule) =>
    rule.check(input).map((violation) => ({ rule: rule.id, severity: rule.severity, ...violation })),
  );
}
