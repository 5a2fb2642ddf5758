import type { Failure } from "../../ports/activity.ts";
import { defineCheck } from "../check.ts";
import { serviceOf } from "./about.ts";

export const serviceWithoutFrontend = defineCheck({
  id: "service-without-frontend",
  title: "A Service that declares an internal load balancer has no frontend",
  severity: "error",
  docs: "Nobody can reach it. `audit.frontendMinutes` says how long the controller may take; the likely reason comes from Azure's activity log.",
  on: "service",
  check: ({ declared, frontend, ageMinutes, waitMinutes, failure }) => {
    if (frontend || ageMinutes < waitMinutes) return undefined;
    return {
      ...serviceOf(declared),
      message: `the Service is declared since ${declared.observedAtUtc} and has no frontend${likely(failure)}`,
      advice: "look at the Service's events and at the activity log of the node resource group",
    };
  },
});

export const plsMissing = defineCheck({
  id: "pls-missing",
  title: "A Service declares a Private Link Service that is not there",
  severity: "error",
  docs: "Consumers cannot connect. `audit.frontendMinutes` says how long the controller may take; the likely reason comes from Azure's activity log.",
  on: "service",
  check: ({ declared, frontend, pls, ageMinutes, waitMinutes, failure }) => {
    if (!declared.intent.pls || !frontend || pls || ageMinutes < waitMinutes) return undefined;
    return {
      ...serviceOf(declared),
      message: `the Service declares a Private Link Service, its frontend is there, the Private Link Service is not${likely(failure)}`,
      advice:
        "look at the Service's events: the subnet's network policies or the controller's rights are the usual reasons",
    };
  },
});

function likely(failure: Failure | undefined): string {
  if (!failure) return "";
  const { code = "a failure", message, operation, atUtc } = failure;
  return `; likely because Azure refused ${operation} at ${atUtc}: ${message ? `${code}: ${message}` : code}`;
}

export const addressDiffers = defineCheck({
  id: "address-differs",
  title: "A frontend's address differs from the declared one",
  severity: "error",
  docs: "Whoever knows the Service by its declared address does not reach it.",
  on: "service",
  check: ({ declared, frontend }) => {
    const wanted = declared.intent.addresses.ipv4;
    if (!frontend || wanted === undefined || frontend.address === undefined || frontend.address === wanted)
      return undefined;
    return {
      ...serviceOf(declared),
      message: `the Service asks for ${wanted}, its frontend has ${frontend.address}`,
      advice:
        "the controller rebuilds the frontend at its next reconcile; if it does not, the address is taken",
      declared: wanted,
      actual: frontend.address,
    };
  },
});

export const loadBalancerIpUsed = defineCheck({
  id: "load-balancer-ip-used",
  title: "A Service uses the deprecated `spec.loadBalancerIP`",
  severity: "info",
  docs: "Kubernetes deprecated the field in 1.24; the annotations say the same per address family.",
  on: "declaration",
  check: ({ declared }) => {
    if (!declared.usesLoadBalancerIp) return undefined;
    const { ipv4, ipv6 } = declared.intent.addresses;
    const key = ipv4 === undefined && ipv6 !== undefined ? "ipv6" : "ipv4";
    return {
      ...serviceOf(declared),
      message: `the Service sets spec.loadBalancerIP (it asks for ${ipv4 ?? ipv6 ?? "no address"})`,
      advice: `write service.beta.kubernetes.io/azure-load-balancer-${key} and take the field away`,
    };
  },
});
