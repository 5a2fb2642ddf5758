import { AUTO, OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { Rule, RuleInput, Violation } from "../rule.ts";

const KEY = OWN_ANNOTATIONS.address.key;
const POOL = OWN_ANNOTATIONS.addressPool.key;

/** The mutating webhook runs before the rules: the address that it chooses is already in the Service. */
export const addressAutoIgnored: Rule = {
  id: "address-auto-ignored",
  title: "Automatic address requested, but none was assigned",
  severity: "warn",
  firesOnAbsence: true,
  reads: `${KEY}, ${POOL}, requested addresses`,
  needsState: false,
  docs: "The mutating webhook chooses addresses for internal Services, in clusters where it is installed. The only supported value is `auto`.",
  cel: () =>
    `('${KEY}' in variables.annotations && variables.annotations['${KEY}'] != '${AUTO}') || ('${POOL}' in variables.annotations && !('${KEY}' in variables.annotations)) || ('${KEY}' in variables.annotations && variables.annotations['${KEY}'] == '${AUTO}' && (!variables.isInternal || (variables.ipv4 == '' && variables.ipv6 == '')))`,
  check: (input) => {
    const [auto, pool] = [input.annotations[KEY], input.annotations[POOL]];
    if (auto === undefined && pool === undefined) return [];
    if (auto === undefined) return [violation(POOL, pool ?? "", `ignored without ${KEY}: "${AUTO}"`)];
    if (auto !== AUTO) return [violation(KEY, auto, `ignored: the only supported value is "${AUTO}"`)];
    return whyNotWritten(input).map((message) => violation(KEY, auto, message));
  },
};

function whyNotWritten({ intent: { internal, addresses } }: RuleInput): string[] {
  if (!internal) return ["ignored: addresses are chosen for internal Services only"];
  if (addresses.ipv4 || addresses.ipv6) return [];
  return ["no address was assigned: is the mutating webhook installed (`mooring clusters add --mutate`)?"];
}

function violation(field: string, value: string, message: string): Violation {
  return { field, value, message };
}
