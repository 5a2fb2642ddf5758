/** The subnets of a frontend and of a PLS. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { trimSpace } from "../../kubernetes/trimSpace.ts";
import { holdersText } from "../../inventory/heldBy.ts";
import type { SubnetRow } from "../../inventory/model.ts";
import { isAzureOwned } from "../../azure/reservedSubnets.ts";
import { celList, type Inventory, type Rule, type RuleInput, type Violation } from "../rule.ts";

const KEY = ANNOTATIONS.internalSubnet.key;
const PLS_KEY = ANNOTATIONS.plsSubnet.key;

export const subnetUnknown: Rule = {
  id: "subnet-unknown",
  title: "The subnet is not in the cluster's virtual network",
  severity: "deny",
  reads: KEY,
  needsState: true,
  docs: "The cloud controller uses the value as it stands, spaces included, as a subnet name in the cluster's virtual network.",
  check: ({ intent, inventory }) =>
    !intent.internal || !inventory || inventory.subnet ? [] : [unknown(KEY, inventory.subnetName, inventory)],
};

export const plsSubnetUnknown: Rule = {
  id: "pls-subnet-unknown",
  title: "The Private Link Service's subnet is not in the cluster's virtual network",
  severity: "deny",
  reads: `${PLS_KEY}, ${KEY}`,
  needsState: true,
  docs: "Without an annotation of its own a Private Link Service takes the frontend's subnet.",
  check: ({ annotations, intent, inventory }) => {
    if (!intent.pls || !inventory || inventory.plsSubnet) return [];
    // Said once: of the frontend, whose subnet it is.
    if (intent.internal && trimSpace(annotations[PLS_KEY] ?? "") === "") return [];
    return [unknown(PLS_KEY, inventory.plsSubnetName, inventory)];
  },
};

export const subnetUnsuitable: Rule = {
  id: "subnet-unsuitable",
  title: "A subnet that cannot have load balancers",
  severity: "deny",
  reads: `${KEY}, the subnet's delegations`,
  needsState: true,
  docs: "Delegated subnets, and those that Azure keeps for its own services.",
  check: ({ intent, inventory }) => {
    const subnet = intent.internal ? inventory?.subnet : undefined;
    const why = subnet && unsuitable(subnet);
    return why ? [{ field: KEY, value: subnet.name, message: `subnet ${subnet.name} ${why}` }] : [];
  },
};

export const subnetFull: Rule = {
  id: "subnet-full",
  title: "A dynamic address is asked of a subnet with none left",
  severity: "deny",
  reads: `${KEY}, the subnet's addresses`,
  needsState: true,
  docs: "Azure refuses the frontend and the Service stays pending. Not asked of a Service that has its address already.",
  check: (input) => {
    const { intent, inventory } = input;
    const subnet = intent.internal ? inventory?.subnet : undefined;
    if (!subnet || !wantsDynamic(input) || hasRoom(subnet)) return [];
    const others = subnetsWithRoom(input);
    const hint = others.length > 0 ? `; these have room: ${others.map(({ name }) => name).join(", ")}` : "";
    return [
      {
        field: KEY,
        value: subnet.name,
        message: `subnet ${subnet.name} has none of its ${subnet.usableAddresses} addresses left${holdersText(subnet)}${hint}`,
        suggestions: others.map(({ name }) => name),
      },
    ];
  },
};

export const subnetNotAllowed: Rule = {
  id: "subnet-not-allowed",
  title: "Policy gives this namespace other subnets",
  severity: "deny",
  reads: `${KEY}, policy \`subnets\``,
  needsState: false,
  docs: "Fires only where policy names subnets for the namespace.",
  cel: ({ subnets }) => {
    if (subnets.length === 0) return undefined;
    const entries = subnets.map(({ namespaces, allowed }) => ({
      fits: namespaces ? `request.namespace in ${celList(namespaces)}` : "true",
      allows: `variables.subnet.lowerAscii() in ${celList(allowed.map((name) => name.toLowerCase()))}`,
    }));
    const any = entries.map(({ fits }) => fits).join(" || ");
    const allowing = entries.map(({ fits, allows }) => `(${fits} && ${allows})`).join(" || ");
    return `variables.isInternal && (${any}) && !(${allowing})`;
  },
  check: (input) => {
    const { intent, inventory, allowed } = input;
    const name = inventory?.subnetName ?? intent.subnet;
    if (!intent.internal || name === undefined || isAllowed(input, name)) return [];
    const suggestions = allowed.subnets ?? [];
    return [
      {
        field: KEY,
        value: name,
        message: `policy does not allow subnet ${name} here; allowed: ${suggestions.join(", ")}`,
        suggestions,
      },
    ];
  },
};

export const plsNetworkPoliciesEnabled: Rule = {
  id: "pls-network-policies-enabled",
  title: "The Private Link Service's subnet still has network policies for Private Link Services on",
  severity: "warn",
  reads: `${PLS_KEY}, the subnet's privateLinkServiceNetworkPolicies`,
  needsState: true,
  docs: "The cloud controller turns them off, for which the cluster's identity needs the right to write the subnet.",
  check: ({ intent, inventory }) => {
    const subnet = intent.pls ? inventory?.plsSubnet : undefined;
    if (subnet?.plsNetworkPolicies !== "Enabled") return [];
    return [
      {
        field: PLS_KEY,
        value: subnet.name,
        message: `the controller must turn off Private Link Service network policies of subnet ${subnet.name}: its identity needs subnets/write`,
      },
    ];
  },
};

export const inventoryStale: Rule = {
  id: "inventory-stale",
  title: "What Mooring knows of the subnet is old",
  severity: "warn",
  reads: "when the subnet was scanned, policy `inventoryStaleMinutes`",
  needsState: true,
  docs: "An address taken since then is noticed only by Azure; the check was made all the same.",
  check: ({ intent, inventory, neverScanned }) => {
    if (!intent.internal) return [];
    if (neverScanned)
      return [
        {
          field: KEY,
          value: intent.subnet ?? "",
          message: "the cluster's virtual network was never scanned: subnet and addresses are unchecked",
        },
      ];
    if (!inventory?.subnet || inventory.ageMinutes <= inventory.staleMinutes) return [];
    return [
      {
        field: KEY,
        value: inventory.subnet.name,
        message: `subnet ${inventory.subnet.name} was last scanned ${Math.floor(inventory.ageMinutes)} minutes ago`,
      },
    ];
  },
};

function unknown(field: string, name: string, { vnetName, subnets }: Inventory): Violation {
  const names = subnets.map((subnet) => subnet.name);
  return {
    field,
    value: name,
    message: `there is no subnet "${name}" in ${vnetName}; it has ${names.join(", ")}`,
    suggestions: names,
  };
}

function unsuitable({ name, delegations }: SubnetRow): string | undefined {
  if (isAzureOwned(name)) return "is Azure's own: choose another";
  return delegations.length > 0 ? `is delegated to ${delegations.join(", ")}: choose another` : undefined;
}

/** Subnets of the virtual network that the Service could have instead. */
export function subnetsWithRoom(input: RuleInput): SubnetRow[] {
  return (input.inventory?.subnets ?? []).filter(
    (other) => hasRoom(other) && !unsuitable(other) && isAllowed(input, other.name),
  );
}

function hasRoom({ usableAddresses, usedAddresses }: SubnetRow): boolean {
  return usedAddresses < usableAddresses;
}

function wantsDynamic({ intent, old, liveAddresses, isRecorded }: RuleInput): boolean {
  const isThere =
    (liveAddresses.length > 0 || isRecorded) && old?.intent.internal && old.intent.subnet === intent.subnet;
  const { ipv4, ipv6 } = intent.addresses;
  return !isThere && intent.ipFamilies.some((family) => (family === "IPv4" ? !ipv4 : !ipv6));
}

function isAllowed({ allowed }: RuleInput, name: string): boolean {
  return allowed.subnets?.includes(name.toLowerCase()) ?? true;
}
