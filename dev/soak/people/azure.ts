/** Others at work in Azure: people in the portal, consumers, clusters that come and die. */
import { PARTNER, PLATFORM } from "../../sandbox/world/definition.ts";
import { deleteCluster } from "../../sandbox/world/deleteCluster.ts";
import { connect, endpointId } from "../../sandbox/world/seed.ts";
import { addCluster } from "../stage/estate.ts";
import type { Acting } from "./acting.ts";

const MAX_CLUSTERS = 4;
const CONSUMERS = 12;

/** A user changes the visibility or auto-approval of a PLS. */
export async function editPls({ stage, truth, random }: Acting): Promise<string> {
  const id = random.pick(truth.privateLinkServices())?.["id"] as string | undefined;
  const body = id && (await stage.team.get(id));
  if (!body) return "no Private Link Service";
  const list = random.pick(["visibility", "autoApproval"]) ?? "visibility";
  body.properties[list] = { subscriptions: random.some([PLATFORM, PARTNER]) };
  await stage.team.put(body.id, body);
  return "edited";
}

/** A consumer requests a connection; Azure approves it, leaves it pending, or refuses it. */
export async function connectConsumer({ stage, truth, random }: Acting): Promise<string> {
  const pls = random.pick(truth.privateLinkServices());
  if (!pls) return "no Private Link Service";
  const subscription = random.pick([PLATFORM, PARTNER]) ?? PLATFORM;
  await connect(stage.team, subscription, {
    name: `pe-${random.between(1, CONSUMERS)}`,
    pls: pls["id"],
    way: random.pick(["automatic", "manual"]) ?? "manual",
  });
  return "connected";
}

export async function disconnectConsumer({ stage, random }: Acting): Promise<string> {
  const subscription = random.pick([PLATFORM, PARTNER]) ?? PLATFORM;
  await stage.team.remove(endpointId(subscription, `pe-${random.between(1, CONSUMERS)}`));
  return "disconnected";
}

let made = 0;

export async function makeCluster({ stage }: Acting): Promise<string> {
  if (stage.fleet.clusters.size >= MAX_CLUSTERS || !stage.storage.isUp) return "enough clusters";
  made += 1;
  await addCluster(stage.team, stage.fleet, `aks-${made}`);
  return "made";
}

/** The managed cluster goes; what its Services had stays behind. */
export async function killCluster({ stage, random, truth }: Acting): Promise<string> {
  const { clusters } = stage.fleet;
  const cluster = random.pick([...clusters.values()]);
  if (!cluster || clusters.size < 2) return "too few clusters";
  const { name, resourceId } = cluster.options;
  if ([...truth.busy].some((one) => one.startsWith(`${name}/`))) return "busy";
  // From now on no actor uses it.
  stage.fleet.forget(name);
  await deleteCluster(stage.team, resourceId);
  return "killed";
}
