import type { Network } from "../network/port.ts";
import { once } from "../once.ts";
import { openCredential } from "./clients.ts";

/** `Network` that loads the SDK when first asked, and opens one client per subscription. */
export function lazyNetwork(endpoint: string): Network {
  const open = once(async () => {
    const { azureNetwork } = await import("./network.ts");
    return azureNetwork({ credential: await openCredential(), endpoint });
  });
  return {
    subnets: async (subscription) => (await open("network")).subnets(subscription),
    loadBalancers: async (subscription) => (await open("network")).loadBalancers(subscription),
    links: async (subscription) => (await open("network")).links(subscription),
    managedClusters: async (subscription) => (await open("network")).managedClusters(subscription),
    link: async (id) => (await open("network")).link(id),
    async *addressUses(subscription) {
      yield* (await open("network")).addressUses(subscription);
    },
  };
}
