import { formatAddress, parseAddress, type Address } from "../../azure/prefix.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { FRONTEND, validAddresses, type ValidRequest } from "./requested.ts";

export const addressChanged: Rule = {
  id: "address-changed",
  title: "An update changes a live address",
  severity: "warn",
  reads: "requested addresses, status.loadBalancer, before and after",
  needsState: false,
  docs: "The cloud controller deletes the frontend and makes another: whoever uses the old address loses it.",
  cel: () => `${celAddressChanges("4")} || ${celAddressChanges("6")}`,
  check: (input) =>
    addressChanges(input).map(({ field, text, was }) => ({
      field,
      value: text,
      message: `the address changes from ${formatAddress(was)} to ${text}: clients of the old one lose it`,
    })),
};

/** The addresses that an update changes, with what they were. */
export function addressChanges(input: RuleInput): (ValidRequest & { readonly was: Address })[] {
  const { old } = input;
  if (!old?.intent.internal) return [];
  const live = old.liveAddresses.flatMap((text) => parseAddress(text) ?? []);
  const before = [...live, ...validAddresses(FRONTEND, old).map(({ address }) => address)];
  return validAddresses(FRONTEND, input).flatMap((request) => {
    const was = before.find(({ family }) => family === request.address.family);
    return !was || was.value === request.address.value ? [] : [{ ...request, was }];
  });
}

export function celAddressChanges(family: "4" | "6"): string {
  const [now, before] = [`variables.valid${family}`, `variables.were${family}`];
  return `(variables.wasInternal && size(${now}) > 0 && size(${before}) > 0 && ${differ(`${now}[0]`, `${before}[0]`)})`;
}

/** One address has several texts in IPv6. */
function differ(a: string, b: string): string {
  return `(isIP(${a}) && isIP(${b}) ? ip(${a}) != ip(${b}) : ${a} != ${b})`;
}
