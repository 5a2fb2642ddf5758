/** Number and form of a PLS's NAT addresses. The address rules check their place in the subnet. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { trimSpace } from "../../kubernetes/trimSpace.ts";
import { IPV4 } from "../../azure/addressPattern.ts";
import { parseAddress } from "../../azure/prefix.ts";
import type { Rule } from "../rule.ts";
import { malformedEntry } from "./listEntries.ts";

const COUNT = ANNOTATIONS.plsAddressCount.key;
const STATIC = ANNOTATIONS.plsAddresses.key;
/** Azure's limit, and the cloud controller's. */
const MOST = 8;
/** A sign and zeros that are allowed before the digit of a count. */
const COUNT_TEXT = "^[+]?0{0,8}";

export const plsCountInvalid: Rule = {
  id: "pls-count-invalid",
  title: "Number of NAT addresses is not an integer from 1 to 8",
  severity: "deny",
  reads: COUNT,
  needsState: false,
  docs: "The cloud controller fails and the Service stays pending.",
  cel: () =>
    `variables.hasPls && '${COUNT}' in variables.annotations && !variables.plsAddressCount.trim().matches('${COUNT_TEXT}[1-${MOST}]$')`,
  check: ({ annotations, intent }) => {
    const value = annotations[COUNT];
    if (!intent.pls || value === undefined || isCount(value)) return [];
    return [{ field: COUNT, value, message: `"${value}" is not an integer from 1 to ${MOST}` }];
  },
};

export const plsStaticOverCount: Rule = {
  id: "pls-static-over-count",
  title: "More static NAT addresses than the count",
  severity: "deny",
  firesOnAbsence: true,
  reads: `${STATIC}, ${COUNT}`,
  needsState: false,
  docs: "The cloud controller fails and the Service stays pending.",
  // CEL cannot count distinct values: count the positions at which a value appears first.
  cel: () =>
    `variables.hasPls && ['1', '2', '3', '4', '5', '6', '7', '8'].exists(count, ('${COUNT}' in variables.annotations ? variables.plsAddressCount.trim().matches('${COUNT_TEXT}' + count + '$') : count == '1') && size(variables.places.filter(here, here < size(variables.natIps) && !variables.places.exists(before, before < here && variables.natIps[before] == variables.natIps[here]))) > int(count))`,
  check: ({ annotations, intent: { pls } }) => {
    const count = annotations[COUNT];
    if (!pls || pls.natIps.length <= pls.natIpCount || (count !== undefined && !isCount(count))) return [];
    const { natIps, natIpCount } = pls;
    return [
      {
        field: STATIC,
        value: annotations[STATIC] ?? "",
        message: `${natIps.length} static addresses, but the count is ${natIpCount}: set ${COUNT}: "${natIps.length}"${natIps.length > MOST ? ` (at most ${MOST})` : ""}`,
      },
    ];
  },
};

export const plsStaticMalformed: Rule = {
  id: "pls-static-malformed",
  title: "Malformed static NAT address",
  severity: "deny",
  reads: STATIC,
  needsState: false,
  docs: "Private Link Services support IPv4 only, and addresses are separated by spaces. The cloud controller fails on other values.",
  cel: () => `variables.hasPls && variables.natIps.exists(text, !text.matches('${IPV4}'))`,
  check: ({ intent: { pls } }) =>
    (pls?.natIps ?? [])
      .filter((text) => parseAddress(text)?.family !== "IPv4")
      .map((text) => ({
        field: STATIC,
        value: text,
        message: malformedEntry(text, "an IPv4 address", "use addresses like 10.0.0.5"),
      })),
};

function isCount(text: string): boolean {
  const digits = trimSpace(text);
  return /^[+-]?\d{1,9}$/.test(digits) && Number(digits) >= 1 && Number(digits) <= MOST;
}
