import { formatAddress, parseAddress, type Address } from "../../azure/prefix.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { FRONTEND, validAddresses, type ValidRequest } from "./requested.ts";

export const addressChanged: Rule = {
  id: "address-changed",
  title: "Update changes an address in use",
  severity: "warn",
  reads: "requested addresses, status.loadBalancer, before and after",
  needsState: false,
  docs: "The cloud controller deletes the frontend and creates another one. Clients that use the old address lose their connection.",
  cel: () => `${celAddressChanges("4")} || ${celAddressChanges("6")}`,
  check: (input) =>
    addressChanges(input).map(({ field, text, was }) => ({
      field,
      value: text,
      message: `address changes from ${formatAddress(was)} to ${text}: clients of the old address lose their connection`,
    })),
};

/** The addresses that an update changes, each with the address before. */
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

/** An IPv6 address has several text forms. */
function differ(a: string, b: string): string {
  return `(isIP(${a}) && isIP(${b}) ? ip(${a}) != ip(${b}) : ${a} != ${b})`;
}
