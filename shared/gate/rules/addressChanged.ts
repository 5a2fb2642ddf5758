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
