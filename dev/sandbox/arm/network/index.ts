/** The resource types of Microsoft.Network that the sandbox has. */
import type { ResourceType } from "../resourceType.ts";
import { applicationGateways } from "./applicationGateways.ts";
import { loadBalancers } from "./loadBalancers.ts";
import { networkInterfaces } from "./networkInterfaces.ts";
import { privateEndpoints } from "./privateEndpoints.ts";
import { privateLinkServices } from "./privateLinkServices.ts";
import { publicIpAddresses } from "./publicIpAddresses.ts";
import { virtualNetworks } from "./virtualNetworks.ts";

export const networkTypes: readonly ResourceType[] = [
  virtualNetworks,
  networkInterfaces,
  publicIpAddresses,
  loadBalancers,
  applicationGateways,
  privateLinkServices,
  privateEndpoints,
];
