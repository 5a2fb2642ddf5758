/** Converts the SDK's load balancers and Private Link Services to Mooring's model. */
import type {
  LoadBalancer as SdkLoadBalancer,
  PrivateLinkService as SdkPrivateLinkService,
  PrivateEndpointConnection,
} from "@azure/arm-network";
import type { Connection, PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";

export function toLoadBalancer(balancer: SdkLoadBalancer): LoadBalancer {
  return {
    ...envelope(balancer),
    sku: balancer.sku?.name ?? "Basic",
    frontends: (balancer.frontendIPConfigurations ?? []).map((frontend) => ({
      id: frontend.id ?? "",
      name: frontend.name ?? "",
      ...(frontend.privateIPAddress && { address: frontend.privateIPAddress }),
      ...(frontend.subnet?.id && { subnetId: frontend.subnet.id }),
      isPublic: frontend.publicIPAddress !== undefined || frontend.publicIPPrefix !== undefined,
    })),
    rules: (balancer.loadBalancingRules ?? []).map((rule) => ({
      id: rule.id ?? "",
      name: rule.name ?? "",
      frontendId: rule.frontendIPConfiguration?.id ?? "",
      protocol: rule.protocol ?? "",
      port: rule.frontendPort ?? 0,
      poolIds: ids([rule.backendAddressPool, ...(rule.backendAddressPools ?? [])]),
      ...(rule.probe?.id && { probeId: rule.probe.id }),
    })),
    pools: (balancer.backendAddressPools ?? []).map((pool) => ({
      id: pool.id ?? "",
      name: pool.name ?? "",
      members: (pool.backendIPConfigurations ?? []).length + (pool.loadBalancerBackendAddresses ?? []).length,
    })),
    probes: (balancer.probes ?? []).map(({ id = "", name = "" }) => ({ id, name })),
    otherFrontendUses: ids([
      ...(balancer.outboundRules ?? []).flatMap((rule) => rule.frontendIPConfigurations ?? []),
      ...(balancer.inboundNatRules ?? []).map((rule) => rule.frontendIPConfiguration),
      ...(balancer.inboundNatPools ?? []).map((pool) => pool.frontendIPConfiguration),
    ]),
  };
}

export function toPls(pls: SdkPrivateLinkService): PrivateLinkService {
  return {
    ...envelope(pls),
    ...(pls.etag && { version: pls.etag }),
    alias: pls.alias ?? "",
    visibility: pls.visibility?.subscriptions ?? [],
    autoApproval: pls.autoApproval?.subscriptions ?? [],
    fqdns: pls.fqdns ?? [],
    proxyProtocol: pls.enableProxyProtocol ?? false,
    frontendIds: ids(pls.loadBalancerFrontendIpConfigurations ?? []),
    natAddresses: (pls.ipConfigurations ?? []).map(
      ({ subnet, privateIPAddress, privateIPAllocationMethod }) => ({
        subnetId: subnet?.id ?? "",
        ...(privateIPAllocationMethod === "Static" && privateIPAddress && { address: privateIPAddress }),
      }),
    ),
    connections: (pls.privateEndpointConnections ?? []).map(toConnection),
  };
}

function toConnection(connection: PrivateEndpointConnection): Connection {
  const state = connection.privateLinkServiceConnectionState;
  return {
    id: connection.id ?? "",
    name: connection.name ?? "",
    ...(connection.privateEndpoint?.id && { endpointId: connection.privateEndpoint.id }),
    status: state?.status ?? "",
    description: state?.description ?? "",
  };
}

function envelope(resource: {
  id?: string;
  name?: string;
  location?: string;
  tags?: Record<string, string>;
  provisioningState?: string;
}) {
  return {
    id: resource.id ?? "",
    name: resource.name ?? "",
    location: resource.location ?? "",
    tags: resource.tags ?? {},
    provisioningState: resource.provisioningState ?? "",
  };
}

function ids(references: readonly ({ id?: string } | undefined)[]): string[] {
  return references.flatMap((reference) => (reference?.id ? [reference.id] : []));
}
