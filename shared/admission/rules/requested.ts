/** What a Service asks for by address: its frontend's addresses, and its PLS's NAT addresses. Both meet the same rules. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { IPV4 } from "../../azure/addressPattern.ts";
import { parseAddress, type Address } from "../../azure/prefix.ts";
import type { SubnetRow } from "../../inventory/model.ts";
import type { Declaration, Inventory, RuleInput } from "../rule.ts";

/** One address that the Service asks for, with the field that asks. */
export interface Requested {
  readonly family: "IPv4" | "IPv6";
  readonly field: string;
  readonly text: string;
  /** Absent if the text is no address. */
  readonly address?: Address;
}

export interface ValidRequest extends Requested {
  readonly address: Address;
}

export interface Target {
  /** Before the id of the rules that judge it. */
  readonly idPrefix: "" | "pls-";
  readonly noun: string;
  readonly subnetField: string;
  /** CEL for the addresses that are valid in their family. */
  readonly celAddresses: string;
  requested(declaration: Pick<Declaration, "intent" | "annotations">): Requested[];
  subnet(inventory: Inventory | undefined): SubnetRow | undefined;
}

export const FRONTEND: Target = {
  idPrefix: "",
  noun: "address",
  subnetField: ANNOTATIONS.internalSubnet.key,
  celAddresses: "(variables.valid4 + variables.valid6)",
  requested: frontendAddresses,
  subnet: (inventory) => inventory?.subnet,
};

export const PLS: Target = {
  idPrefix: "pls-",
  noun: "NAT address",
  subnetField: ANNOTATIONS.plsSubnet.key,
  celAddresses: `(variables.hasPls ? variables.natIps.filter(text, text.matches('${IPV4}')) : [])`,
  requested: plsAddresses,
  subnet: (inventory) => inventory?.plsSubnet,
};

export const TARGETS: readonly Target[] = [FRONTEND, PLS];

/** The addresses an internal Service asks for; a public one's are public IPs and none of our business. */
function frontendAddresses(declaration: Pick<Declaration, "intent" | "annotations">): Requested[] {
  return declaration.intent.internal ? requestedAddresses(declaration) : [];
}

/** The addresses that a Service names, whichever load balancer it gets. */
export function requestedAddresses({
  intent,
  annotations,
}: Pick<Declaration, "intent" | "annotations">): Requested[] {
  const field = (key: string) => (annotations[key] ? key : "spec.loadBalancerIP");
  return [
    { family: "IPv4" as const, field: field(ANNOTATIONS.ipv4.key), text: intent.addresses.ipv4 },
    { family: "IPv6" as const, field: field(ANNOTATIONS.ipv6.key), text: intent.addresses.ipv6 },
  ].flatMap(({ text, ...rest }) => (text === undefined ? [] : [parsed({ ...rest, text })]));
}

function plsAddresses({ intent: { pls } }: Pick<Declaration, "intent">): Requested[] {
  return (pls?.natIps ?? []).map((text) =>
    parsed({ family: "IPv4", field: ANNOTATIONS.plsAddresses.key, text }),
  );
}

function parsed(requested: Requested): Requested {
  const address = parseAddress(requested.text);
  return { ...requested, ...(address && { address }) };
}

/** Those that are addresses of the family they were asked as. */
export function validAddresses(
  target: Target,
  declaration: Pick<RuleInput, "intent" | "annotations">,
): ValidRequest[] {
  return target
    .requested(declaration)
    .filter((requested): requested is ValidRequest => requested.address?.family === requested.family);
}
