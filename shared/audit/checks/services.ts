import type { Failure } from "../../ports/activity.ts";
import { defineCheck } from "../check.ts";
import { serviceOf } from "./about.ts";

export const serviceWithoutFrontend = defineCheck({
  id: "service-without-frontend",
  title: "A Service that declares an internal load balancer has no frontend",
  severity: "error",
  docs: "The Service is unreachable. `audit.frontendMinutes` sets how long the cloud controller may take. The likely cause comes from the Azure activity log.",
  on: "service",
  check: ({ declared, frontend, ageMinutes, waitMinutes, failure }) => {
    if (frontend || ageMinutes < waitMinutes) return undefined;
    return {
      ...serviceOf(declared),
      message: `the Service has been declared since ${declared.observedAtUtc} and has no frontend${likely(failure)}`,
      advice: "check the events of the Service and the activity log of the node resource group",
    };
  },
});

export const plsMissing = defineCheck({
  id: "pls-missing",
  title: "A Service declares a Private Link Service that does not exist",
  severity: "error",
  docs: "Consumers cannot connect. `audit.frontendMinutes` sets how long the cloud controller may take. The likely cause comes from the Azure activity log.",
  on: "service",
  check: ({ declared, frontend, pls, ageMinutes, waitMinutes, failure }) => {
    if (!declared.intent.pls || !frontend || pls || ageMinutes < waitMinutes) return undefined;
    return {
      ...serviceOf(declared),
      message: `the Service declares a Private Link Service and has a frontend, but the Private Link Service does not exist${likely(failure)}`,
      advice:
        "check the events of the Service: usual causes are the network policies of the subnet and missing permissions of the cloud controller",
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
  title: "The address of a frontend differs from the declaration",
  severity: "error",
  docs: "Clients that use the declared address do not reach the Service.",
  on: "service",
  check: ({ declared, frontend }) => {
    const requested = declared.intent.addresses.ipv4;
    if (
      !frontend ||
      requested === undefined ||
      frontend.address === undefined ||
      frontend.address === requested
    )
      return undefined;
    return {
      ...serviceOf(declared),
      message: `the Service requests ${requested}, its frontend has ${frontend.address}`,
      advice:
        "the cloud controller rebuilds the frontend with its next reconcile; if it does not, check whether the address is in use",
      declared: requested,
      actual: frontend.address,
    };
  },
});

export const loadBalancerIpUsed = defineCheck({
  id: "service-load-balancer-ip-deprecated",
  title: "A Service uses the deprecated `spec.loadBalancerIP`",
  severity: "info",
  docs: "Kubernetes deprecated the field in 1.24. Use the annotations, one for each address family.",
  on: "declaration",
  check: ({ declared }) => {
    if (!declared.usesLoadBalancerIp) return undefined;
    const { ipv4, ipv6 } = declared.intent.addresses;
    const key = ipv4 === undefined && ipv6 !== undefined ? "ipv6" : "ipv4";
    return {
      ...serviceOf(declared),
      message: `the Service sets the deprecated field spec.loadBalancerIP (requested address: ${ipv4 ?? ipv6 ?? "none"})`,
      advice: `set annotation service.beta.kubernetes.io/azure-load-balancer-${key} instead, and remove the field`,
    };
  },
});
