import { AUTO, OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { Rule, RuleInput, Violation } from "../rule.ts";

const KEY = OWN_ANNOTATIONS.address.key;
const POOL = OWN_ANNOTATIONS.addressPool.key;

/** The companion runs before the rules: what it should have written is there by now. */
export const addressAutoIgnored: Rule = {
  id: "address-auto-ignored",
  title: "An address is to be chosen, and was not",
  severity: "warn",
  firesOnAbsence: true,
  reads: `${KEY}, ${POOL}, requested addresses`,
  needsState: false,
  docs: "The mutating companion chooses addresses, for internal Services, where it is installed; the only value is `auto`.",
  cel: () =>
    `('${KEY}' in variables.annotations && variables.annotations['${KEY}'] != '${AUTO}') || ('${POOL}' in variables.annotations && !('${KEY}' in variables.annotations)) || ('${KEY}' in variables.annotations && variables.annotations['${KEY}'] == '${AUTO}' && (!variables.isInternal || (variables.ipv4 == '' && variables.ipv6 == '')))`,
  check: (input) => {
    const [auto, pool] = [input.annotations[KEY], input.annotations[POOL]];
    if (auto === undefined && pool === undefined) return [];
    if (auto === undefined) return [violation(POOL, pool ?? "", `not read without ${KEY}: "${AUTO}"`)];
    if (auto !== AUTO) return [violation(KEY, auto, `not read: the only value is "${AUTO}"`)];
    return whyNotWritten(input).map((message) => violation(KEY, auto, message));
  },
};

function whyNotWritten({ intent: { internal, addresses } }: RuleInput): string[] {
  if (!internal) return ["not read: addresses are chosen for internal Services only"];
  if (addresses.ipv4 || addresses.ipv6) return [];
  return ["no address was written: is the companion installed (`mooring clusters add --mutate`)?"];
}

function violation(field: string, value: string, message: string): Violation {
  return { field, value, message };
}
