/** What the demo's steps share: the state of the story, and how they read the world. */
import { endpointId } from "../world/seed.ts";
import { PLATFORM } from "../world/definition.ts";
import type { DemoWorld } from "./world.ts";

type Item = Record<string, any>;

export interface Story {
  world: DemoWorld;
  /** Keeps the names of this run apart from those of others. */
  mark: string;
  say: (line: string) => void;
  /** Set by the first step. */
  address: string;
}

export interface Step {
  title: string;
  play: (story: Story) => Promise<void>;
}

export function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`does not hold: ${what}`);
}

export async function frontendWith({ world }: Story, address: string): Promise<Item | undefined> {
  const { value } = await world.arm(
    "GET",
    `/subscriptions/${PLATFORM}/providers/Microsoft.Network/loadBalancers`,
  );
  return (value as Item[])
    .flatMap((balancer) => balancer["properties"].frontendIPConfigurations as Item[])
    .find((item) => item["properties"].privateIPAddress === address);
}

export async function findPls({ world }: Story, name: string): Promise<Item> {
  const { value } = await world.arm(
    "GET",
    `/subscriptions/${PLATFORM}/providers/Microsoft.Network/privateLinkServices`,
  );
  const found = (value as Item[]).find((pls) => pls["name"] === name);
  if (!found) throw new Error(`there is no Private Link Service ${name}`);
  return found;
}

export async function visibility({ world }: Story, plsId: string): Promise<string[]> {
  return (await world.arm("GET", plsId)).properties.visibility?.subscriptions ?? [];
}

export async function connectManually(
  { world, mark }: Story,
  { subscription, pls, vnet }: { subscription: string; pls: Item; vnet: string },
): Promise<void> {
  const name = `pe-demo-${mark}`;
  await world.arm("PUT", endpointId(subscription, name), {
    location: "westeurope",
    properties: {
      subnet: { id: `${vnet}/subnets/consumers` },
      manualPrivateLinkServiceConnections: [
        { name, properties: { privateLinkServiceId: pls["properties"].alias, requestMessage: "please" } },
      ],
    },
  });
}

export async function connectionOf(
  { world }: Story,
  plsId: string,
  subscription: string,
): Promise<Item | undefined> {
  const pls = await world.arm("GET", plsId);
  return (pls.properties.privateEndpointConnections as Item[]).find((one) =>
    one["properties"].privateEndpoint.id.includes(subscription),
  );
}

export async function leftovers({ world }: Story, group: string): Promise<string[]> {
  const lists = await Promise.all(
    ["loadBalancers", "privateLinkServices"].map((type) =>
      world.arm(
        "GET",
        `/subscriptions/${PLATFORM}/resourceGroups/${group}/providers/Microsoft.Network/${type}`,
      ),
    ),
  );
  return lists.flatMap((list) => ((list?.value ?? []) as Item[]).map((item) => item["name"] as string));
}
