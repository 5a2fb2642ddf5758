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
  title: "Subnet not found in the cluster's virtual network",
  severity: "deny",
  reads: KEY,
  needsState: true,
  docs: "The cloud controller uses the exact value, including spaces, as a subnet name in the cluster's virtual network.",
  check: ({ intent, inventory }) =>
    !intent.internal || !inventory || inventory.subnet ? [] : [unknown(KEY, inventory.subnetName, inventory)],
};

export const plsSubnetUnknown: Rule = {
  id: "pls-subnet-unknown",
  title: "Private Link Service's subnet not found in the cluster's virtual network",
  severity: "deny",
  reads: `${PLS_KEY}, ${KEY}`,
  needsState: true,
  docs: "Without the annotation, the Private Link Service uses the frontend's subnet.",
  check: ({ annotations, intent, inventory }) => {
    if (!intent.pls || !inventory || inventory.plsSubnet) return [];
    // The rule for the frontend's subnet already reports it.
    if (intent.internal && trimSpace(annotations[PLS_KEY] ?? "") === "") return [];
    return [unknown(PLS_KEY, inventory.plsSubnetName, inventory)];
  },
};

export const subnetUnsuitable: Rule = {
  id: "subnet-unsuitable",
  title: "Subnet cannot have load balancers",
  severity: "deny",
  reads: `${KEY}, the subnet's delegations`,
  needsState: true,
  docs: "The subnet is delegated to a service, or reserved for an Azure service.",
  check: ({ intent, inventory }) => {
    const subnet = intent.internal ? inventory?.subnet : undefined;
    const why = subnet && unsuitable(subnet);
    return why ? [{ field: KEY, value: subnet.name, message: `subnet ${subnet.name} ${why}` }] : [];
  },
};

export const subnetFull: Rule = {
  id: "subnet-full",
  title: "Dynamic address requested from a full subnet",
  severity: "deny",
  reads: `${KEY}, the subnet's addresses`,
  needsState: true,
  docs: "Azure rejects the frontend and the Service stays pending. Does not apply to a Service that already has its address.",
  check: (input) => {
    const { intent, inventory } = input;
    const subnet = intent.internal ? inventory?.subnet : undefined;
    if (!subnet || !wantsDynamic(input) || hasRoom(subnet)) return [];
    const others = subnetsWithRoom(input);
    const hint =
      others.length > 0 ? `; subnets with free addresses: ${others.map(({ name }) => name).join(", ")}` : "";
    return [
      {
        field: KEY,
        value: subnet.name,
        message: `all ${subnet.usableAddresses} addresses of subnet ${subnet.name} are in use${holdersText(subnet)}${hint}`,
        suggestions: others.map(({ name }) => name),
      },
    ];
  },
};

export const subnetNotAllowed: Rule = {
  id: "subnet-not-allowed",
  title: "Subnet not allowed for this namespace",
  severity: "deny",
  reads: `${KEY}, policy \`subnets\``,
  needsState: false,
  docs: "Applies only if policy lists subnets for the namespace.",
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
  title: "Private Link Service network policies enabled on the subnet",
  severity: "warn",
  reads: `${PLS_KEY}, the subnet's privateLinkServiceNetworkPolicies`,
  needsState: true,
  docs: "The cloud controller disables them. For this the cluster's identity needs the permission to write the subnet.",
  check: ({ intent, inventory }) => {
    const subnet = intent.pls ? inventory?.plsSubnet : undefined;
    if (subnet?.plsNetworkPolicies !== "Enabled") return [];
    return [
      {
        field: PLS_KEY,
        value: subnet.name,
        message: `the controller must disable privateLinkServiceNetworkPolicies on subnet ${subnet.name}: grant it subnets/write`,
      },
    ];
  },
};

export const inventoryStale: Rule = {
  id: "inventory-stale",
  title: "Inventory of the subnet is stale",
  severity: "warn",
  reads: "when the subnet was scanned, policy `inventoryStaleMinutes`",
  needsState: true,
  docs: "Mooring checks the Service against the last scan. It cannot see addresses that Azure assigned since then.",
  check: ({ intent, inventory, neverScanned }) => {
    if (!intent.internal) return [];
    if (neverScanned)
      return [
        {
          field: KEY,
          value: intent.subnet ?? "",
          message: "the cluster's virtual network was never scanned: subnet and addresses were not checked",
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
    message: `subnet "${name}" not found in ${vnetName}; available: ${names.join(", ")}`,
    suggestions: names,
  };
}

function unsuitable({ name, delegations }: SubnetRow): string | undefined {
  if (isAzureOwned(name)) return "is reserved for an Azure service: choose another";
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
