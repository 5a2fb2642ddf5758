import type { Subjects } from "../check.ts";
import { defineCheck } from "../check.ts";
import { isAzureOwned } from "../../azure/reservedSubnets.ts";
import { some } from "./about.ts";

export const subnetNearlyFull = defineCheck({
  id: "subnet-nearly-full",
  title: "A subnet has few free addresses",
  severity: "warning",
  docs: "In a full subnet, Services are refused and Private Link Services cannot be created. `audit.nearlyFullPercent` sets the threshold.",
  on: "subnet",
  check: (subject) => {
    const { subnet, audit } = subject;
    const { usedAddresses: used, usableAddresses: usable } = subnet;
    if (!isNearlyFull(subject)) return undefined;
    return {
      about: subnet.id,
      message: `${used} of ${usable} addresses of subnet ${subnet.name} are in use${fullOn(subject)}`,
      advice: "add an address prefix to the subnet, or use another subnet for new Services",
      allowed: `${audit.nearlyFullPercent} %`,
      actual: usable > 0 ? `${Math.floor((used * 100) / usable)} %` : "100 %",
    };
  },
});

export const subnetFillsSoon = defineCheck({
  id: "subnet-fills-soon",
  title: "A subnet will be full soon",
  severity: "info",
  docs: "A linear forecast from the last `audit.forecastDays` days predicts that the subnet is full within the same number of days.",
  on: "subnet",
  check: (subject) => {
    const { subnet, forecast, audit } = subject;
    if (isNearlyFull(subject) || !forecast?.isSoon || forecast.fullOn === undefined) return undefined;
    return {
      about: subnet.id,
      message: `subnet ${subnet.name} loses ${rounded(forecast.perDay)} free addresses per day${fullOn(subject)}`,
      advice: `plan a larger subnet: ${subnet.usedAddresses} of ${subnet.usableAddresses} addresses are in use (forecast from the last ${audit.forecastDays} days)`,
      actual: forecast.fullOn,
    };
  },
});

function isNearlyFull({ subnet, audit }: Subjects["subnet"]): boolean {
  const { usedAddresses: used, usableAddresses: usable } = subnet;
  return (usable > 0 ? (used * 100) / usable : 100) >= audit.nearlyFullPercent;
}

function fullOn({ subnet, forecast }: Subjects["subnet"]): string {
  if (forecast?.fullOn === undefined || subnet.usedAddresses >= subnet.usableAddresses) return "";
  return `; at the current rate it is full on ${forecast.fullOn}`;
}

function rounded(perDay: number): string {
  return String(Number(perDay.toFixed(1)));
}

export const subnetUsesUnknown = defineCheck({
  id: "subnet-uses-unknown",
  title: "A subnet contains addresses in use that Mooring cannot read",
  severity: "warning",
  docs: "Azure counts more IP configurations in the subnet than Mooring can read. They count as in use, but admission cannot refuse their addresses. Subnets that Azure reserves for gateways, firewalls and Bastion are excluded.",
  on: "subnet",
  check: ({ subnet, audit }) => {
    const { unknownUses = 0, usedAddresses: used } = subnet;
    if (unknownUses === 0 || isAzureOwned(subnet.name)) return undefined;
    return {
      about: subnet.id,
      message: `${unknownUses} of the ${used} addresses in use in subnet ${subnet.name} are unknown`,
      advice:
        "run mooring doctor to find scans that fail; assign the role Mooring reader in every subscription with resources in the subnet, and add the subscription to MOORING_SUBSCRIPTIONS",
      allowed: "0",
      actual: String(unknownUses),
      settlesWithinMinutes: audit.frontendMinutes,
    };
  },
});

export const subnetPoliciesBlockPrivateLinkServices = defineCheck({
  id: "subnet-policies-block-pls",
  title: "The network policies of a subnet block Private Link Services",
  severity: "warning",
  docs: "Azure refuses a Private Link Service whose NAT subnet has privateLinkServiceNetworkPolicies Enabled. The cloud controller disables them if it may write the subnet.",
  on: "subnet",
  check: ({ subnet, privateLinkServices, requestedBy, audit }) => {
    const services = requestedBy.map(({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`);
    if (subnet.plsNetworkPolicies === "Disabled" || privateLinkServices.length + requestedBy.length === 0)
      return undefined;
    const who = [
      ...(privateLinkServices.length > 0
        ? [`Private Link Services ${some(privateLinkServices)} use it`]
        : []),
      ...(services.length > 0 ? [`Services ${some(services)} declare Private Link Services in it`] : []),
    ];
    return {
      about: subnet.id,
      message: `subnet ${subnet.name} has privateLinkServiceNetworkPolicies Enabled, and ${who.join(", ")}`,
      advice: `az network vnet subnet update --ids ${subnet.id} --private-link-service-network-policies Disabled`,
      declared: "Disabled",
      actual: "Enabled",
      settlesWithinMinutes: audit.frontendMinutes,
    };
  },
});

export const subnetPoliciesLeftDisabled = defineCheck({
  id: "subnet-policies-left-disabled",
  title: "The network policies of a subnet without Private Link Services are disabled",
  severity: "info",
  docs: "The cloud controller disables privateLinkServiceNetworkPolicies for a Private Link Service and never enables them again.",
  on: "subnet",
  check: ({ subnet, privateLinkServices, requestedBy }) => {
    if (subnet.plsNetworkPolicies === "Enabled" || privateLinkServices.length + requestedBy.length > 0)
      return undefined;
    return {
      about: subnet.id,
      message: `subnet ${subnet.name} still has privateLinkServiceNetworkPolicies disabled although no Private Link Service uses it`,
      advice: "enable privateLinkServiceNetworkPolicies again, unless a Private Link Service is planned",
    };
  },
});
