/** Uses of a subnet that Azure counts and whose addresses Mooring cannot read: any address of the subnet may be one of them. */
import { formatAddress } from "../../azure/prefix.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { validAddresses, type Target } from "./requested.ts";

export const subnetUsesUnknown = (target: Target): Rule => ({
  id: `${target.idPrefix}subnet-uses-unknown`,
  title: `Static ${target.noun} in a subnet with unreadable uses`,
  severity: "warn",
  reads: "requested addresses, the number of uses that Azure counts in the subnet",
  needsState: true,
  docs: "Azure counts more uses than Mooring can read, because they are in subscriptions that are not watched or lists that need more permissions. If one of them has the address, the Service stays pending.",
  check: (input) => {
    const subnet = target.subnet(input.inventory);
    const count = subnet?.unknownUses ?? 0;
    const [first] = count > 0 ? newAddresses(target, input) : [];
    if (!first || !subnet) return [];
    const uses = count === 1 ? "1 unidentified address in use" : `${count} unidentified addresses in use`;
    const message = `subnet ${subnet.name} has ${uses}, maybe ${first.text}: check it with az network vnet check-ip-address`;
    return [{ field: first.field, value: first.text, message }];
  },
});

/** The requested addresses that the Service does not have yet. */
function newAddresses(target: Target, input: RuleInput) {
  const live = new Set(input.liveAddresses);
  const before = new Set(input.old ? validAddresses(target, input.old).map(({ text }) => text) : []);
  return validAddresses(target, input).filter(
    ({ text, address }) => !live.has(formatAddress(address)) && !before.has(text),
  );
}
