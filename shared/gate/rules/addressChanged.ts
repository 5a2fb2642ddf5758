import { parseAddress, formatAddress } from "../../addresses/prefix.ts";
import type { Rule } from "../rule.ts";
import { FRONTEND, validAddresses } from "./requested.ts";

export const addressChanged: Rule = {
  id: "address-changed",
  title: "An update changes a live address",
  severity: "warn",
  reads: "requested addresses, status.loadBalancer, before and after",
  needsState: false,
  docs: "The cloud controller deletes the frontend and makes another: whoever uses the old address loses it.",
  cel: () =>
    ["4", "6"]
      .map((family) => [`variables.valid${family}`, `variables.were${family}`] as const)
      .map(
        ([now, before]) =>
          `(variables.wasInternal && size(${now}) > 0 && size(${before}) > 0 && ${differ(`${now}[0]`, `${before}[0]`)})`,
      )
      .join(" || "),
  check: (input) => {
    const { old } = input;
    if (!old?.intent.internal) return [];
    const live = old.liveAddresses.flatMap((text) => parseAddress(text) ?? []);
    const before = [...live, ...validAddresses(FRONTEND, old).map(({ address }) => address)];
    return validAddresses(FRONTEND, input).flatMap(({ field, text, address }) => {
      const was = before.find(({ family }) => family === address.family);
      if (!was || was.value === address.value) return [];
      return [
        {
          field,
          value: text,
          message: `the address changes from ${formatAddress(was)} to ${text}: clients of the old one lose it`,
        },
      ];
    });
  },
};

/** One address has several texts in IPv6. */
function differ(a: string, b: string): string {
  return `(isIP(${a}) && isIP(${b}) ? ip(${a}) != ip(${b}) : ${a} != ${b})`;
}
