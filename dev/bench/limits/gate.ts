/**
 * 1,000 clusters are registered, each lists its 50 Services, a million addresses are taken: what the gate then decides, and how fast. On a real
 * Azurite, whose tables are the bottleneck: a storage account takes 20,000 entities a second, Azurite some hundreds.
 */
import pLimit from "p-limit";
import type { Cluster } from "../../../shared/declarations/clusterModel.ts";
import { registerCluster } from "../../../shared/declarations/registry.ts";
import { addressKey } from "../../../shared/azure/addressKey.ts";
import { admit } from "../../../shared/admission/admit.ts";
import { cachedCluster } from "../../../shared/admission/cached.ts";
import { canonicalId } from "../../../shared/azure/resourceId.ts";
import type { Run } from "../../../shared/ports/ports.ts";
import { writeRows } from "../../../shared/storage/writeRows.ts";
import { internalService, Reporter, type ReportedService } from "../../../test/builders/reports.ts";
import { milliseconds, quantile, type Bench, type Figure } from "../figures.ts";
import { connectedRun } from "../inventory.ts";
import { measure } from "../measure.ts";
import { review } from "../reviews.ts";
import * as estate from "./estate.ts";

const AT_ONCE = 8;
const CLIENTS = [1, 8, 64];
const PREFIX = "service.beta.kubernetes.io/azure-load-balancer-";

export async function limitsGate(bench: Bench): Promise<Figure[]> {
  const run = connectedRun(bench, "limits");
  const clusters = estate.clusterPlaces();
  const registered = await each(
    clusters,
    (place) => registerCluster(run, { ...estate.registration(place), unchecked: "benchmark" }),
    // Each registration is held against all that are stored.
    1,
  );
  const services = clusters.length * estate.SERVICES;
  const reporters = clusters.map((place) => new Reporter(run, estate.clusterName(place)));
  const first = await each([...reporters.entries()], ([index, reporter]) =>
    reporter.list(servicesOf(clusters[index] as estate.Place)),
  );
  const again = await each(reporters, (reporter) => reporter.list());
  const windows = await each(reporters, (reporter) => reporter.confirm());
  const filled = await fill(run);
  const taken = estate.subnetPlaces().length * estate.ADDRESSES;
  return [
    { name: `${clusters.length} clusters registered`, unit: "/s", ours: rate(clusters.length, registered) },
    {
      name: `first lists of all, ${services} Services: Services`,
      unit: "/s",
      ours: rate(services, first),
    },
    { name: `lists of all, nothing new: Services`, unit: "/s", ours: rate(services, again) },
    { name: `windows of all, nothing new: windows`, unit: "/s", ours: rate(clusters.length, windows) },
    { name: `${taken} addresses written by a hundred`, unit: "/s", ours: rate(taken, filled) },
    ...(await decisions(run)),
    {
      name: "at most in memory",
      unit: "MiB",
      ours: process.resourceUsage().maxRSS / 1024,
      aim: { value: 512 },
    },
  ];
}

/** Milliseconds for all. */
function each<T>(
  items: readonly T[],
  one: (item: T) => Promise<unknown>,
  atOnce: number = AT_ONCE,
): Promise<number> {
  const limit = pLimit(atOnce);
  return milliseconds(() => Promise.all(items.map((item) => limit(() => one(item)))));
}

function rate(count: number, took: number): number {
  return (count * 1000) / took;
}

function servicesOf(place: estate.Place): ReportedService[] {
  return Array.from({ length: estate.SERVICES }, (_, service) => ({
    ...internalService(`s${service}`),
    namespace: "apps",
    uid: estate.serviceUid(place, service),
  }));
}

function serviceObject(name: string, uid: string, ipv4?: string): object {
  const annotations = { [`${PREFIX}internal`]: "true", ...(ipv4 && { [`${PREFIX}ipv4`]: ipv4 }) };
  return {
    metadata: { name, namespace: "apps", uid, annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  };
}

/** As a scan writes them. */
async function fill(run: Run): Promise<number> {
  const { tables } = run.ports;
  const scannedAtUtc = run.now().toISOString();
  const one = async (place: estate.Place) => {
    const subnet = estate.subnet(place);
    const row = { ...subnet, usableAddresses: 4091, usedAddresses: estate.ADDRESSES, scannedAtUtc };
    await tables.subnets.transact(canonicalId(subnet.vnetId), [{ do: "put", key: subnet.name, value: row }]);
    const writes = [...estate.usesIn(place)].map(({ address, holderId }) => {
      const value = { address, assignment: { holderId, seenAtUtc: scannedAtUtc } };
      return { do: "put" as const, key: addressKey(address), value };
    });
    await writeRows(tables.addresses, canonicalId(subnet.id), writes);
  };
  // Each writes its rows side by side already.
  return each(estate.subnetPlaces(), one, 1);
}

async function decisions(run: Run): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [round, clients] of CLIENTS.entries()) {
    const bare = await measure(clients, (n) => bareReads(run, n));
    const ours = await measure(clients, (n) => decide(run, round, n));
    const name = `decisions for all clusters in turn, ${clients} at once`;
    const floor = { what: "two bare reads", value: bare.rate };
    figures.push({ name, unit: "/s", ours: ours.rate, floor, aim: { ratio: 4 } });
    figures.push({ name: `${name}, p99`, unit: "ms", ours: quantile(ours.each, 0.99), aim: { value: 1000 } });
  }
  return figures;
}

/** Another cluster each time, so that what was kept of the last one is of no use. */
function placeOf(n: number): estate.Place {
  const all = estate.clusterPlaces().length;
  const index = (n * 37) % all;
  return { n: Math.floor(index / estate.CLUSTERS), at: index % estate.CLUSTERS };
}

async function decide(run: Run, round: number, n: number): Promise<void> {
  const place = placeOf(n);
  const cluster = (await cachedCluster(run, estate.clusterName(place))) as Cluster;
  const free = estate.address(place.at % 10, estate.ADDRESSES + round * 500 + n);
  const object = serviceObject(`new-${round}-${n}`, crypto.randomUUID(), free);
  const { allowed, status } = await admit(run, cluster, review(object));
  if (!allowed) throw new Error(`a free address was refused: ${status?.message}`);
}

async function bareReads(run: Run, n: number): Promise<void> {
  const place = placeOf(n);
  const partition = canonicalId(estate.subnet({ n: place.n, at: place.at % 10 }).id);
  for (const index of [n, n + 500])
    await run.ports.tables.addresses.get(partition, addressKey(estate.address(place.at % 10, index)));
}
