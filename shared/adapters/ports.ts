/** Creates all ports on Azure from settings; clients are created on first use. Called only by `app.ts`. */
import type { ResourceReader, ResourceWriter } from "../ports/resources.ts";
import { silentMetrics, type Metrics } from "../ports/metrics.ts";
import { once } from "../core/once.ts";
import type { Ports, Tables } from "../ports/ports.ts";
import type { Settings } from "../core/settings.ts";
import { correlateCalls, measureCalls } from "./armCalls.ts";
import { CONTAINERS, containerOpener, openCredential, queueOpener, tableOpener } from "./clients.ts";
import { lazyActivity, lazyNetwork, lazyPermissions } from "./lazyReads.ts";
import { azureLeases } from "./leases.ts";
import { createNotices } from "./notices.ts";
import { azureQueue } from "./queue.ts";
import { RequestsLeft } from "./requestsLeft.ts";
import { azureStates } from "./states.ts";
import { azureTable } from "./table.ts";

const TABLES = [
  "clusters",
  "policies",
  "subnets",
  "addresses",
  "unconfirmed",
  "privateLinkServices",
  "declarations",
  "proposals",
  "feeds",
  "pages",
  "quarantine",
  "findings",
  "journal",
  "waiting",
  "touches",
  "observations",
  "holds",
  "vnets",
  "runs",
  "progress",
  "scopes",
  "trends",
  "usage",
  "schema",
  "failures",
  "outcomes",
  "refusals",
] as const satisfies readonly (keyof Tables)[];

export interface AzurePorts {
  readonly ports: Ports;
  /** Only for `createApply`. */
  readonly writer: ResourceWriter;
}

export function createPorts(settings: Settings, metrics: Metrics = silentMetrics): AzurePorts {
  const openQueue = queueOpener(settings);
  const openContainer = containerOpener(settings);
  const left = new RequestsLeft();
  const access = async () => ({
    credential: await openCredential(),
    endpoint: settings.MOORING_ARM_ENDPOINT,
    policies: [correlateCalls, left.watch, measureCalls(metrics)],
  });
  const arm = once(async () => {
    const { openResources } = await import("./resources.ts");
    return openResources(await access());
  });
  const ports: Ports = {
    tables: createTables(settings),
    queue: azureQueue(openQueue),
    states: azureStates(() => openContainer(CONTAINERS.states)),
    leases: azureLeases(() => openContainer(CONTAINERS.leases), { folder: settings.MOORING_TABLE_PREFIX }),
    network: lazyNetwork(access),
    permissions: lazyPermissions(access),
    activity: lazyActivity(access, left),
    resources: lazyReader(() => arm("arm")),
    metrics,
    notices: createNotices(settings),
    subscriptions: settings.MOORING_SUBSCRIPTIONS,
  };
  return { ports, writer: lazyWriter(() => arm("arm")) };
}

function createTables(settings: Settings): Tables {
  const open = tableOpener(settings);
  return Object.fromEntries(TABLES.map((noun) => [noun, azureTable(() => open(noun))])) as unknown as Tables;
}

function lazyReader(open: () => Promise<ResourceReader>): ResourceReader {
  return {
    read: async (id) => (await open()).read(id),
    locks: async (id) => (await open()).locks(id),
  };
}

function lazyWriter(open: () => Promise<ResourceWriter>): ResourceWriter {
  return {
    write: async (id, body, version) => (await open()).write(id, body, version),
    create: async (id, body) => (await open()).create(id, body),
    remove: async (id, version) => (await open()).remove(id, version),
  };
}
