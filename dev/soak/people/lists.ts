/** What clusters report of their Services: true lists and windows, and what a broken or misplaced sender reports. */
import type { Cluster } from "../../sandbox/cluster/cluster.ts";
import { readTable } from "../rows.ts";
import type { Acting } from "./acting.ts";

const SHORT_SHARE = 0.4;

export async function confirmDeclarations({ stage, random }: Acting): Promise<string> {
  const cluster = random.pick([...stage.fleet.clusters.values()]);
  if (!cluster) return "no cluster";
  return `answered ${(await cluster.confirm()).status}`;
}

/** Complete in form, and far too short. */
export async function sendShortList({ stage, random }: Acting): Promise<string> {
  const cluster = random.pick(
    [...stage.fleet.clusters.values()].filter(({ services }) => services.size >= 3),
  );
  if (!cluster) return "no cluster with enough Services";
  return inNewSession(cluster, () => {
    cluster.sender.tamper = shorten;
  });
}

/** The connection broke in the middle of the list. */
export async function sendHalf({ stage, random }: Acting): Promise<string> {
  const cluster = random.pick([...stage.fleet.clusters.values()]);
  if (!cluster) return "no cluster";
  return inNewSession(cluster, () => {
    cluster.sender.tamper = (body) => body.slice(0, Math.floor(body.length / 2));
  });
}

/**
 * The manifest was applied to another cluster, too. Only for bound clusters: the list would bind an unbound one to the other's identity,
 * and only an operator could correct that.
 */
export async function sendForeignList({ stage, random }: Acting): Promise<string> {
  if (!stage.storage.isUp) return "storage is unavailable";
  const registered = (await readTable(stage.connectionString, "clusters")).map(({ value }) => value);
  const isBound = ({ options, apiServer }: Cluster) =>
    registered.some(({ name, identity }) => name === options.name && identity?.uid === apiServer.identity);
  const cluster = random.pick([...stage.fleet.clusters.values()].filter(isBound));
  const other = random.pick([...stage.fleet.clusters.values()].filter((one) => one !== cluster));
  if (!cluster || !other) return "no bound cluster beside another one";
  return inNewSession(cluster, () => {
    cluster.sender.apiServer = other.apiServer;
  });
}

async function inNewSession(cluster: Cluster, disturb: () => void): Promise<string> {
  const { sender, apiServer } = cluster;
  await sender.restart();
  disturb();
  try {
    return `answered ${(await sender.confirm()).status}`;
  } catch (error) {
    return `was not taken: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    sender.tamper = undefined;
    sender.apiServer = apiServer;
    await sender.restart();
  }
}

function shorten(body: string): string {
  const list = JSON.parse(body) as { items?: unknown[] };
  if (!list.items) return body;
  return JSON.stringify({ ...list, items: list.items.slice(0, Math.floor(list.items.length * SHORT_SHARE)) });
}
