/** The addresses that a Service requests: for its frontend and for NAT of its PLS. The same rules apply to both. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { IPV4 } from "../../azure/addressPattern.ts";
import { parseAddress, type Address } from "../../azure/prefix.ts";
import type { SubnetRow } from "../../inventory/model.ts";
import type { Declaration, Inventory, RuleInput } from "../rule.ts";

/** One requested address, and the field that requests it. */
export interface Requested {
  readonly family: "IPv4" | "IPv6";
  readonly field: string;
  readonly text: string;
  /** Absent if the text is not a valid address. */
  readonly address?: Address;
}

export interface ValidRequest extends Requested {
  readonly address: Address;
}

export interface Target {
  /** Prefix of the ids of its rules. */
  readonly idPrefix: "" | "pls-";
  readonly noun: string;
  /** The noun at the start of a title. */
  readonly title: string;
  readonly subnetField: string;
  /** CEL for the addresses that are valid in their family. */
  readonly celAddresses: string;
  requested(declaration: Pick<Declaration, "intent" | "annotations">): Requested[];
  subnet(inventory: Inventory | undefined): SubnetRow | undefined;
}

export const FRONTEND: Target = {
  idPrefix: "",
  noun: "address",
  title: "Address",
  subnetField: ANNOTATIONS.internalSubnet.key,
  celAddresses: "(variables.valid4 + variables.valid6)",
  requested: frontendAddresses,
  subnet: (inventory) => inventory?.subnet,
};

export const PLS: Target = {
  idPrefix: "pls-",
  noun: "NAT address",
  title: "NAT address",
  subnetField: ANNOTATIONS.plsSubnet.key,
  celAddresses: `(variables.hasPls ? variables.natIps.filter(text, text.matches('${IPV4}')) : [])`,
  requested: plsAddresses,
  subnet: (inventory) => inventory?.plsSubnet,
};

export const TARGETS: readonly Target[] = [FRONTEND, PLS];

/** The addresses that an internal Service requests. Those of a public Service are public IP addresses, which Mooring does not manage. */
function frontendAddresses(declaration: Pick<Declaration, "intent" | "annotations">): Requested[] {
  return declaration.intent.internal ? requestedAddresses(declaration) : [];
}

/** The addresses that a Service requests, whether it is internal or public. */
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

/** The requested addresses that are valid in their family. */
export function validAddresses(
  target: Target,
  declaration: Pick<RuleInput, "intent" | "annotations">,
): ValidRequest[] {
  return target
    .requested(declaration)
    .filter((requested): requested is ValidRequest => requested.address?.family === requested.family);
}
