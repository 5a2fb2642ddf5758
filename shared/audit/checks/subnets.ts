import type { Subjects } from "../check.ts";
import { defineCheck } from "../check.ts";
import { isAzureOwned } from "../../azure/reservedSubnets.ts";
import { some } from "./about.ts";

export const subnetNearlyFull = defineCheck({
  id: "subnet-nearly-full",
  title: "A subnet has few addresses left",
  severity: "warn",
  docs: "When it is full, Services are refused and Private Link Services cannot be made. `audit.nearlyFullPercent` says from when it counts.",
  on: "subnet",
  check: (subject) => {
    const { subnet, audit } = subject;
    const { usedAddresses: used, usableAddresses: usable } = subnet;
    if (!isNearlyFull(subject)) return undefined;
    return {
      about: subnet.id,
      message: `${used} of ${usable} addresses of subnet ${subnet.name} are used${fills(subject)}`,
      advice: "add a prefix to the subnet, or give new Services another one",
      allowed: `${audit.nearlyFullPercent} %`,
      actual: usable > 0 ? `${Math.floor((used * 100) / usable)} %` : "100 %",
    };
  },
});

export const subnetFillsSoon = defineCheck({
  id: "subnet-fills-soon",
  title: "A subnet will be full soon at the present rate",
  severity: "info",
  docs: "A straight line through the last `audit.forecastDays` days reaches the subnet's end within as many days to come.",
  on: "subnet",
  check: (subject) => {
    const { subnet, forecast, audit } = subject;
    if (isNearlyFull(subject) || !forecast?.isSoon || forecast.fullOn === undefined) return undefined;
    return {
      about: subnet.id,
      message: `subnet ${subnet.name} gets ${rounded(forecast.perDay)} addresses fuller a day${fills(subject)}`,
      advice: `plan a larger subnet: ${subnet.usedAddresses} of ${subnet.usableAddresses} addresses are used, by the last ${audit.forecastDays} days`,
      actual: forecast.fullOn,
    };
  },
});

function isNearlyFull({ subnet, audit }: Subjects["subnet"]): boolean {
  const { usedAddresses: used, usableAddresses: usable } = subnet;
  return (usable > 0 ? (used * 100) / usable : 100) >= audit.nearlyFullPercent;
}

function fills({ subnet, forecast }: Subjects["subnet"]): string {
  if (forecast?.fullOn === undefined || subnet.usedAddresses >= subnet.usableAddresses) return "";
  return `; at the present rate it is full on ${forecast.fullOn}`;
}

function rounded(perDay: number): string {
  return String(Number(perDay.toFixed(1)));
}

export const subnetUsesUnknown = defineCheck({
  id: "subnet-uses-unknown",
  title: "A subnet has uses whose addresses are unknown",
  severity: "warn",
  docs: "Azure counts more uses of the subnet than Mooring can read. They count as used, but admission cannot refuse their addresses. Subnets that Azure reserves for its gateways, firewalls and bastions are left out.",
  on: "subnet",
  check: ({ subnet, audit }) => {
    const { unknownUses = 0, usedAddresses: used } = subnet;
    if (unknownUses === 0 || isAzureOwned(subnet.name)) return undefined;
    return {
      about: subnet.id,
      message: `${unknownUses} of the ${used} used addresses of subnet ${subnet.name} are unknown`,
      advice:
        "see the log of scanInventory for lists that fail; give Mooring the role reader in every subscription with resources in the subnet, and add it to MOORING_SUBSCRIPTIONS",
      allowed: "0",
      actual: String(unknownUses),
      settlesWithinMinutes: audit.frontendMinutes,
    };
  },
});

export const subnetPoliciesBlockPrivateLinkServices = defineCheck({
  id: "subnet-policies-block-pls",
  title: "A subnet's network policies stand in the way of Private Link Services",
  severity: "warn",
  docs: "Azure makes no Private Link Service whose NAT addresses are in a subnet with privateLinkServiceNetworkPolicies Enabled; the controller turns them off if it may write the subnet.",
  on: "subnet",
  check: ({ subnet, privateLinkServices, wants, audit }) => {
    const services = wants.map(({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`);
    if (subnet.plsNetworkPolicies === "Disabled" || privateLinkServices.length + wants.length === 0)
      return undefined;
    const who = [
      ...(privateLinkServices.length > 0
        ? [`Private Link Services ${some(privateLinkServices)} are in it`]
        : []),
      ...(services.length > 0 ? [`Services ${some(services)} declare Private Link Services in it`] : []),
    ];
    return {
      about: subnet.id,
      message: `subnet ${subnet.name} has privateLinkServiceNetworkPolicies Enabled, and ${who.join(", ")}`,
      advice: `az network vnet subnet update --ids ${subnet.id} --private-pls-service-network-policies Disabled`,
      declared: "Disabled",
      actual: "Enabled",
      settlesWithinMinutes: audit.frontendMinutes,
    };
  },
});

export const subnetPoliciesLeftOff = defineCheck({
  id: "subnet-policies-left-off",
  title: "A subnet's network policies for Private Link Services are off, and it has no Private Link Service",
  severity: "info",
  docs: "The controller turns them off for a Private Link Service and never on again.",
  on: "subnet",
  check: ({ subnet, privateLinkServices, wants }) => {
    if (subnet.plsNetworkPolicies === "Enabled" || privateLinkServices.length + wants.length > 0)
      return undefined;
    return {
      about: subnet.id,
      message: `subnet ${subnet.name} has Private Link Service network policies off for Private Link Services that are gone`,
      advice: "turn privateLinkServiceNetworkPolicies on again, unless a Private Link Service is to come",
    };
  },
});
