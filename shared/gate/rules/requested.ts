import { ANNOTATIONS } from "../../annotations/keys.ts";
import { parseAddress, type Address } from "../../addresses/prefix.ts";
import type { RuleInput } from "../rule.ts";

/** One address that the Service asks for, with the field that asks. */
export interface Requested {
  readonly family: "IPv4" | "IPv6";
  readonly field: string;
  readonly text: string;
  /** Absent if the text is no address. */
  readonly address?: Address;
}

/** The addresses an internal Service asks for; a public one's are public IPs and none of our business. */
export function requestedAddresses({
  intent,
  annotations,
}: Pick<RuleInput, "intent" | "annotations">): Requested[] {
  if (!intent.internal) return [];
  const field = (key: string) => (annotations[key] ? key : "spec.loadBalancerIP");
  return [
    { family: "IPv4" as const, field: field(ANNOTATIONS.ipv4.key), text: intent.addresses.ipv4 },
    { family: "IPv6" as const, field: field(ANNOTATIONS.ipv6.key), text: intent.addresses.ipv6 },
  ].flatMap(({ family, field, text }) => {
    if (text === undefined) return [];
    const address = parseAddress(text);
    return [{ family, field, text, ...(address && { address }) }];
  });
}

/** Those that are addresses of the family they were asked as. */
export function validAddresses(
  input: Pick<RuleInput, "intent" | "annotations">,
): (Requested & { readonly address: Address })[] {
  return requestedAddresses(input).filter(
    (requested): requested is Requested & { readonly address: Address } =>
      requested.address?.family === requested.family,
  );
}
