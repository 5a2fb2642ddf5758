import type { Activity } from "../ports/activity.ts";
import type { Network } from "../ports/network.ts";
import { once } from "../core/once.ts";
import type { Permissions } from "../ports/permissions.ts";
import type { ArmAccess } from "./armAccess.ts";
import type { RequestsLeft } from "./requestsLeft.ts";

/** `Network` that loads the SDK on the first call, and creates one client per subscription. */
export function lazyNetwork(access: () => Promise<ArmAccess>): Network {
  const open = once(async () => {
    const { azureNetwork } = await import("./network.ts");
    return azureNetwork(await access());
  });
  return {
    subnets: async (subscription) => (await open("network")).subnets(subscription),
    subnetsOf: async (vnetId) => (await open("network")).subnetsOf(vnetId),
    loadBalancers: async (subscription) => (await open("network")).loadBalancers(subscription),
    privateLinkServices: async (subscription) => (await open("network")).privateLinkServices(subscription),
    managedClusters: async (subscription) => (await open("network")).managedClusters(subscription),
    managedCluster: async (id) => (await open("network")).managedCluster(id),
    resourceGroup: async (subscription, name) => (await open("network")).resourceGroup(subscription, name),
    availability: async (vnetId, address) => (await open("network")).availability(vnetId, address),
    pls: async (id) => (await open("network")).pls(id),
    async *interfaceUses(subscription) {
      yield* (await open("network")).interfaceUses(subscription);
    },
    async *frontendUses(subscription) {
      yield* (await open("network")).frontendUses(subscription);
    },
    async *gatewayUses(subscription) {
      yield* (await open("network")).gatewayUses(subscription);
    },
    async *scaleSetUses(scaleSetId) {
      yield* (await open("network")).scaleSetUses(scaleSetId);
    },
  };
}

export function lazyPermissions(access: () => Promise<ArmAccess>): Permissions {
  const open = once(async () => {
    const { azurePermissions } = await import("./permissions.ts");
    return azurePermissions(await access());
  });
  return {
    assignmentsAt: async (scope) => (await open("permissions")).assignmentsAt(scope),
    assignmentsOf: async (scope, principalId) =>
      (await open("permissions")).assignmentsOf(scope, principalId),
    role: async (id) => (await open("permissions")).role(id),
  };
}

export function lazyActivity(access: () => Promise<ArmAccess>, left: RequestsLeft): Activity {
  const open = once(async () => {
    const { azureActivity } = await import("./activity.ts");
    return azureActivity(await access(), left);
  });
  return {
    failures: async (subscription, resourceGroup, sinceUtc) =>
      (await open("activity")).failures(subscription, resourceGroup, sinceUtc),
    otherWrites: async (subscription, resourceGroup, sinceUtc) =>
      (await open("activity")).otherWrites(subscription, resourceGroup, sinceUtc),
    remaining: (subscription) => left.least(subscription),
  };
}
