/** Combinations that the cloud controller or Azure rejects for a frontend. */
import { parsePrefixes } from "../../azure/prefix.ts";
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import type { SubnetRow } from "../../inventory/model.ts";
import type { Rule, RuleInput } from "../rule.ts";

const CONFIGURATIONS = ANNOTATIONS.configurations.key;
const PUBLIC_IP_NAMES = [ANNOTATIONS.publicIpName.key, ANNOTATIONS.publicIpNameIpv6.key];
const SUBNET = ANNOTATIONS.internalSubnet.key;
const FAMILIES = "spec.ipFamilies";

/** @see https://github.com/kubernetes-sigs/cloud-provider-azure/pull/9937 */
export const addressWithConfigurations: Rule = {
  id: "address-with-load-balancer-configurations",
  title: "Static address together with load balancer configurations",
  severity: "deny",
  reads: `${CONFIGURATIONS}, requested addresses, ${PUBLIC_IP_NAMES.join(", ")}`,
  needsState: false,
  docs: "In a cluster with several load balancers the address determines which one the Service uses, and the cloud controller rejects both settings together. In other clusters it ignores the annotation.",
  cel: () =>
    `variables.annotations.exists(key, key.lowerAscii() == '${CONFIGURATIONS}') && (variables.ipv4 != '' || variables.ipv6 != '' || ${PUBLIC_IP_NAMES.map((key) => `('${key}' in variables.annotations && variables.annotations['${key}'] != '')`).join(" || ")})`,
  check: ({ annotations, intent: { addresses } }) => {
    const field = Object.keys(annotations).find((key) => key.toLowerCase() === CONFIGURATIONS);
    const pinned =
      addresses.ipv4 ?? addresses.ipv6 ?? PUBLIC_IP_NAMES.map((key) => annotations[key]).find(Boolean);
    if (field === undefined || pinned === undefined) return [];
    return [
      {
        field,
        value: annotations[field] ?? "",
        message: `conflicts with ${pinned}, which determines the load balancer: remove this annotation, or the address`,
      },
    ];
  },
};

export const subnetWithoutIpv6: Rule = {
  id: "subnet-without-ipv6",
  title: "Dynamic IPv6 address requested from a subnet without IPv6",
  severity: "deny",
  reads: `${SUBNET}, ${FAMILIES}, the subnet's prefixes`,
  needsState: true,
  docs: "Azure rejects the IPv6 frontend and the Service stays pending.",
  check: (input) => {
    const { intent, inventory } = input;
    const subnet = intent.internal ? inventory?.subnet : undefined;
    if (!subnet || !intent.ipFamilies.includes("IPv6") || intent.addresses.ipv6 || hasIpv6(subnet)) return [];
    const suggestions = (inventory?.subnets ?? []).filter(hasIpv6).map(({ name }) => name);
    const hint = suggestions.length > 0 ? `; subnets with IPv6: ${suggestions.join(", ")}` : "";
    return [
      {
        field: FAMILIES,
        value: intent.ipFamilies.join(","),
        message: `subnet ${subnet.name} has no IPv6 prefix (${subnet.prefixes.join(", ")})${hint}`,
        suggestions,
      },
    ];
  },
};

export const ipv6FirstFrontend: Rule = {
  id: "ipv6-first-frontend",
  title: "IPv6-only Service without an IPv4 frontend on the load balancer",
  severity: "warn",
  reads: `${FAMILIES}, the other internal Services of the cluster`,
  needsState: true,
  docs: "Azure rejects a load balancer without an IPv4 frontend (AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration). The Service stays pending until another internal Service has one.",
  check: ({ intent, hasIpv4Frontend }: RuleInput) => {
    if (!intent.internal || intent.ipFamilies.includes("IPv4") || hasIpv4Frontend !== false) return [];
    return [
      {
        field: FAMILIES,
        value: intent.ipFamilies.join(","),
        message:
          "the internal load balancer has no IPv4 frontend, and Azure requires one: add IPv4, or create an internal IPv4 Service first",
      },
    ];
  },
};

function hasIpv6({ prefixes }: SubnetRow): boolean {
  return parsePrefixes(prefixes).some(({ family }) => family === "IPv6");
}
