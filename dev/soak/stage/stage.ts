/**
 * Everything that the soak runs on: Azurite as a separate process, ARM over https, Event Grid, clusters, two
 * hosts on the same storage behind one load balancer. Everything is in one folder; nothing here decides what
 * is correct.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ArmEvent } from "../../sandbox/arm/armEvent.ts";
import type { Arm } from "../../sandbox/arm/server.ts";
import { ArmClient } from "../../sandbox/cluster/armClient.ts";
import { createEventGrid, type EventGrid } from "../../sandbox/events/eventGrid.ts";
import type { HostKeys } from "../../sandbox/host/keys.ts";
import { Fleet } from "../../sandbox/world/fleet.ts";
import type { Random } from "../random.ts";
import { readTable } from "../rows.ts";
import { openAzure } from "./azure.ts";
import { MINUTE, SECOND } from "../times.ts";
import { Clock } from "./clock.ts";
import { runMooring } from "./commandLine.ts";
import { openDoor, type Door } from "./door.ts";
import { addCluster, buildNetworks, POLICY } from "./estate.ts";
import type { Host } from "./host.ts";
import { createHosts } from "./hosts.ts";
import { RestartingStorage } from "./storage.ts";
import { openThrottle, type Throttle } from "./throttle.ts";

const LOOK_MILLISECONDS = 200;
/** A second of Event Grid's retry schedule: its longest delays must fit into a minute. */
const GRID_SECOND_MILLISECONDS = 10;

export interface Stage {
  readonly clock: Clock;
  readonly arm: Arm;
  /** People who work on Azure beside the app. */
  readonly team: ArmClient;
  readonly grid: EventGrid;
  readonly fleet: Fleet;
  readonly hosts: readonly Host[];
  readonly storage: RestartingStorage;
  /** The proxy between the hosts and their tables. */
  readonly throttle: Throttle;
  readonly connectionString: string;
  readonly door: Door;
  /** All completed writes of all writers, oldest first. */
  readonly written: readonly ArmEvent[];
  /** Fires a function as the portal does, on whichever host is up; gives the status. */
  readonly fire: (name: string) => Promise<number>;
  /** Runs the CLI of the app; returns its output. @throws Error if it failed */
  readonly mooring: (args: readonly string[], input?: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface StageOptions {
  readonly directory: string;
  /** One artifact for each host. */
  readonly artifacts: readonly string[];
  readonly random: Random;
  /** True: a separate host runs queues and timers. Otherwise all hosts run everything. */
  readonly isSplit?: boolean;
}

type Stops = (() => Promise<unknown> | void)[];

/** Everything is up, two clusters are registered, and the app has seen the networks. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const stops: Stops = [];
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const stage = { ...(await open(options, stops)), stop };
    await firstScan(stage);
    return stage;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(
  { directory, artifacts, random, isSplit = false }: StageOptions,
  stops: Stops,
): Promise<Omit<Stage, "stop">> {
  const clock = new Clock();
  const storage = new RestartingStorage(join(directory, "azurite"), clock);
  await storage.start();
  stops.push(() => storage.stop());
  const { connectionString } = storage;
  const azure = await openAzure(directory, stops);
  const { arm } = azure;
  const throttle = await openThrottle(connectionString, random);
  stops.push(() => throttle.close());
  const settings = { AzureWebJobsStorage: connectionString, ...azure.settings };
  const keysPath = join(directory, "keys.json");
  const throttled = {
    ...settings,
    AzureWebJobsStorage: throttle.connectionString,
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "12582912", // as infra/app/functionApp.bicep sets it
  };
  const created = createHosts({ directory, artifacts, isSplit, settings: throttled, keysPath, clock });
  const { all: hosts, answering, working } = created;
  stops.push(() => Promise.all(hosts.map((host) => host.stop())));
  // One by one: the first makes the keys.
  for (const host of hosts) await host.start();
  const door = await openDoor(answering, random);
  stops.push(() => door.close());
  const keys = JSON.parse(await readFile(keysPath, "utf8")) as HostKeys;
  const grid = await openGrid(door, keys, random);
  stops.push(() => grid.stop());
  const written = listen(arm, grid);
  const fleet = new Fleet({ arm: arm.fetch, hostUrl: door.url, settings });
  const team = new ArmClient(arm.fetch, { objectId: "team", applicationId: "team", name: "platform-team" });
  await buildNetworks(team);
  const mooring = (args: readonly string[], input?: string) =>
    runMooring({ ...settings, ...clock.settings() }, args, input);
  await mooring(["policy", "apply", "-", "--yes", "--reason", "soak"], JSON.stringify(POLICY));
  for (const name of ["aks-a", "aks-b"]) await addCluster(team, fleet, name);
  const fire = (name: string) => fireFunction(working ?? door, keys, name);
  const people = { arm, team, grid, fleet, written, fire, mooring };
  return { clock, hosts, storage, throttle, connectionString, door, ...people };
}

function openGrid({ url }: Door, { eventGrid }: HostKeys, random: Random): Promise<EventGrid> {
  return createEventGrid({
    endpoint: `${url}/runtime/webhooks/EventGrid?functionName=onResourceEvent&code=${eventGrid}`,
    secondMilliseconds: GRID_SECOND_MILLISECONDS,
    random: random.next,
  });
}

/** What ends in ARM goes to Event Grid, and into the list. */
function listen(arm: Arm, grid: EventGrid): readonly ArmEvent[] {
  const written: ArmEvent[] = [];
  arm.onEvent((event) => {
    written.push(event);
    grid.publish(event);
  });
  return written;
}

/** Until the app has seen the networks it lets in whatever comes. */
async function firstScan({ clock, connectionString, fire }: Stage): Promise<void> {
  await fire("scanInventory");
  for (let rows = 0; rows === 0; rows = (await readTable(connectionString, "subnets")).length) {
    clock.advance(SECOND);
    await delay(LOOK_MILLISECONDS);
  }
  // What hosts remember of the time before.
  clock.advance(MINUTE);
}

async function fireFunction({ url }: Pick<Host, "url">, { master }: HostKeys, name: string): Promise<number> {
  const headers = { "x-functions-key": master, "content-type": "application/json" };
  const { status } = await fetch(`${url}/admin/functions/${name}`, { method: "POST", headers, body: "{}" });
  return status;
}
