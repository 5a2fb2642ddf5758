import { defineCheck } from "../check.ts";

/** A controller that works needs less. */
const FRONTEND_MINUTES = 10;

export const serviceWithoutFrontend = defineCheck({
  id: "service-without-frontend",
  title: "A Service that declares an internal load balancer has no frontend",
  severity: "error",
  on: "service",
  check: ({ declared, frontend, ageMinutes }) => {
    if (frontend || ageMinutes < FRONTEND_MINUTES) return undefined;
    return {
      about: `${declared.cluster}/${declared.namespace}/${declared.name}`,
      cluster: declared.cluster,
      message: `the Service has had no frontend for ${Math.floor(ageMinutes)} minutes`,
      advice: "look at the Service's events and at the activity log of the node resource group",
    };
  },
});

export const addressDiffers = defineCheck({
  id: "address-differs",
  title: "A frontend's address differs from the declared one",
  severity: "error",
  on: "service",
  check: ({ declared, frontend }) => {
    const wanted = declared.intent.addresses.ipv4;
    if (!frontend || wanted === undefined || frontend.address === undefined || frontend.address === wanted)
      return undefined;
    return {
      about: `${declared.cluster}/${declared.namespace}/${declared.name}`,
      cluster: declared.cluster,
      message: `the Service asks for ${wanted}, its frontend has ${frontend.address}`,
      advice:
        "the controller rebuilds the frontend at its next reconcile; if it does not, the address is taken",
      declared: wanted,
      actual: frontend.address,
    };
  },
});
