/**
 * Starts the local world: storage, ARM, identity and control, the Functions host with the built app, Event Grid, clusters, and
 * the seeded estate on first start. Used by `npm start`, the demo and the tests.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createArm, type Arm } from "../arm/server.ts";
import { LARGE_SUBSCRIPTION } from "../arm/throttle.ts";
import { createControl, listenControl } from "../control.ts";
import { ArmClient } from "../cluster/armClient.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { createEventGrid, type EventGrid } from "../events/eventGrid.ts";
import { subscribed } from "../events/subscribed.ts";
import { toEvent } from "../events/toEvent.ts";
import { createTopics, listenTopics } from "../events/topic.ts";
import type { HostKeys } from "../host/keys.ts";
import { certificates } from "../identity/certificate.ts";
import { MOORING_CLIENT } from "../identity/directory.ts";
import { startEntra, type Entra } from "../identity/entra.ts";
import { startStorage } from "../storage/startStorage.ts";
import { SUBSCRIPTIONS } from "../world/definition.ts";
import { Fleet } from "../world/fleet.ts";
import { APP_ID, install } from "../world/installation.ts";
import { seedWorld } from "../world/seed.ts";
import { startHostProcess } from "./host.ts";
import type { Ports } from "./ports.ts";

export interface SandboxOptions {
  /** Folder of the built app. */
  app: string;
  /** Folder that the state lives in. */
  state: string;
  ports: Ports;
  seed?: boolean;
  /** Program of the app's command line; absent: from its sources. */
  cli?: string;
  /** `loop`: clusters report to Mooring all the time; else only on request. */
  senders?: "loop" | "on request";
  /** Settings of the host beside those of the app, such as functions that are disabled. */
  hostSettings?: Record<string, string>;
  /** Called with each step. */
  progress?: (step: string) => void;
}

export interface Sandbox {
  hostUrl: string;
  armUrl: string;
  controlUrl: string;
  caPath: string;
  keys: HostKeys;
  /** The app's settings, for its command line. */
  settings: Record<string, string>;
  cli?: string;
  arm: Arm;
  /** Who signs the access tokens that the API accepts. */
  entra: Entra;
  events: EventGrid;
  fleet: Fleet;
  /** True if the estate of an earlier start was found. */
  restored: boolean;
  /** Settles with the reason when a child ends unasked. */
  broken: Promise<string>;
  stop: () => Promise<void>;
}

/** The only function here that an event subscription may name. */
const EVENT_FUNCTION = "onResourceEvent";
const SEED_OPERATION_MILLISECONDS = 5;
const OPERATION_MILLISECONDS = 400;

export async function startSandbox({
  app,
  state,
  ports,
  seed = true,
  cli,
  senders = "loop",
  hostSettings,
  progress = () => {},
}: SandboxOptions): Promise<Sandbox> {
  await mkdir(join(state, "azurite"), { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }

  async function start(): Promise<Sandbox> {
    progress("storage");
    const storage = await startStorage({ location: join(state, "azurite"), ports });
    stops.push(() => storage.stop());
    progress("Azure Resource Manager");
    const tls = await certificates(state);
    const arm = await createArm({
      subscriptions: SUBSCRIPTIONS,
      statePath: join(state, "arm.json"),
      operationMilliseconds: OPERATION_MILLISECONDS,
      limits: LARGE_SUBSCRIPTION,
    });
    const armServer = await arm.listen({ port: ports.arm, ...tls });
    stops.push(
      () => arm.save(),
      () => armServer.close(),
    );
    const identityHeader = await secret(join(state, "identity-header"));
    const topics = createTopics();
    const [topicServer, entra] = await Promise.all([listenTopics(topics, tls), startEntra(tls)]);
    for (const one of [topicServer, entra]) stops.push(() => one.close());
    let events: EventGrid | undefined;
    let fleet: Fleet | undefined;
    let about: object = {};
    const control = await listenControl(
      createControl({
        arm,
        identityHeader,
        events: () => events,
        fleet: () => fleet,
        topics,
        about: () => about,
      }),
      ports.identity,
    );
    stops.push(() => control.close());
    const settings = appSettings({
      connection: storage.connectionString,
      armUrl: armServer.url,
      controlUrl: control.url,
      identityHeader,
      caPath: tls.caPath,
      topicUrl: `${topicServer.url}/topics/mooring/api/events`,
      authority: entra.authority,
    });
    await install(
      new ArmClient(arm.fetch, { objectId: "seed", applicationId: "seed", name: "platform-team" }),
    );
    progress("the app on the Functions host");
    const host = await startHostProcess({ app, state, port: ports.host, settings, hostSettings });
    stops.push(() => host.stop());
    settings["MOORING_APP_URL"] = host.url;
    // So that `npm run mooring` finds this world while it is up, and only then.
    const environment = join(state, "app.env");
    await writeFile(environment, environmentFile(settings), { mode: 0o600 });
    stops.push(() => rm(environment, { force: true }));
    const where = {
      hostUrl: host.url,
      armUrl: armServer.url,
      controlUrl: control.url,
      caPath: tls.caPath,
      keys: host.keys,
      settings,
      ...(cli !== undefined && { cli }),
    };
    about = where;
    events = await createEventGrid({
      endpoint: `${host.url}/runtime/webhooks/EventGrid?functionName=${EVENT_FUNCTION}&code=${host.keys.eventGrid}`,
    });
    const grid = events;
    stops.push(async () => grid.stop());
    arm.onEvent((event) => {
      for (const name of subscribed(arm.world, toEvent(event)))
        if (name === EVENT_FUNCTION) grid.publish(event);
    });
    fleet = new Fleet({
      arm: arm.fetch,
      hostUrl: host.url,
      settings,
      statePath: join(state, "clusters.json"),
      ...(cli !== undefined && { cli }),
      senders,
    });
    const ships = fleet;
    stops.push(() => ships.stop());
    const restored = await ships.load();
    if (!restored && seed) await seeded({ arm, fleet: ships, progress, scan: () => scanned(host) });
    for (const cluster of ships.clusters.values()) await reported(cluster, progress);
    const broken = Promise.race([died("storage", storage.process), died("the Functions host", host.process)]);
    return { ...where, arm, entra, events: grid, fleet: ships, restored, broken, stop };
  }
}

async function seeded({
  arm,
  fleet,
  progress,
  scan,
}: {
  arm: Arm;
  fleet: Fleet;
  progress: (step: string) => void;
  scan: () => Promise<void>;
}): Promise<void> {
  progress("the world: subscriptions, networks, clusters, Services, Private Link Services, consumers");
  arm.setOperationMilliseconds(SEED_OPERATION_MILLISECONDS);
  await seedWorld({ arm: arm.fetch, fleet, scan });
  await arm.idle();
  arm.setOperationMilliseconds(OPERATION_MILLISECONDS);
}

/** A cluster whose report is refused, for example a rebuilt one of an earlier start, is no reason not to start. */
async function reported(cluster: Cluster, progress: (step: string) => void): Promise<void> {
  const { status, body } = await cluster.confirm();
  if (status !== 200)
    progress(`${cluster.options.name}: declarations answered ${status} ${JSON.stringify(body)}`);
}

/** Requests a scan from the host; admission warns, and does not refuse, before the first scan. */
async function scanned(host: { url: string; keys: HostKeys }): Promise<void> {
  await fetch(`${host.url}/admin/functions/scanInventory`, {
    method: "POST",
    headers: { "x-functions-key": host.keys.master, "content-type": "application/json" },
    body: "{}",
  });
}

interface Known {
  connection: string;
  armUrl: string;
  controlUrl: string;
  identityHeader: string;
  caPath: string;
  topicUrl: string;
  authority: string;
}

/** What differs from Azure: endpoints and credentials, nothing else. */
function appSettings(known: Known): Record<string, string> {
  return {
    AzureWebJobsStorage: known.connection,
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "12582912", // as infra/app/functionApp.bicep sets it
    MOORING_SUBSCRIPTIONS: Object.keys(SUBSCRIPTIONS).join(","),
    MOORING_ARM_ENDPOINT: known.armUrl,
    MOORING_EVENT_TOPIC: known.topicUrl,
    MOORING_LOCAL_OPERATOR: "operator@sandbox",
    MOORING_ENTRA_AUTHORITY: known.authority,
    MOORING_ENTRA_CLIENT_ID: MOORING_CLIENT,
    MOORING_APP_ID: APP_ID,
    IDENTITY_ENDPOINT: `${known.controlUrl}/msi/token`,
    IDENTITY_HEADER: known.identityHeader,
    AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
    NODE_EXTRA_CA_CERTS: known.caPath,
  };
}

/** Node would read its own variable for the authority too early: the command line has its own variable. */
function environmentFile({ NODE_EXTRA_CA_CERTS = "", ...settings }: Record<string, string>): string {
  return Object.entries({ ...settings, MOORING_CA_FILE: NODE_EXTRA_CA_CERTS })
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
}

async function secret(path: string): Promise<string> {
  const kept = await readFile(path, "utf8").catch(() => undefined);
  if (kept) return kept;
  const made = randomBytes(16).toString("hex");
  await writeFile(path, made, { mode: 0o600 });
  return made;
}

function died(
  what: string,
  child: { once(event: "exit", listener: (code: number | null) => void): unknown },
): Promise<string> {
  return new Promise((resolve) => child.once("exit", (code) => resolve(`${what} ended with code ${code}`)));
}
