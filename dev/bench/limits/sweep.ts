/** A sweep over 1,000 clusters with 50,000 frontends, all of them declared: gathering them, and classifying them. */
import { findOrphans } from "../../../shared/orphans/classify.ts";
import { gatherWorld } from "../../../shared/orphans/gather.ts";
import type { World } from "../../../shared/orphans/world.ts";
import { defaultPolicy } from "../../../shared/policy/policy.ts";
import type { Declared } from "../../../shared/kubernetes/intent.ts";
import type { Run } from "../../../shared/ports/ports.ts";
import { writeRows } from "../../../shared/storage/writeRows.ts";
import { milliseconds, type Figure } from "../figures.ts";
import * as estate from "./estate.ts";
import { syntheticRun } from "./synthetic.ts";

const MOST_MEBIBYTES = 1024;

export async function limitsSweep(): Promise<Figure[]> {
  const { run } = syntheticRun(true);
  for (const place of estate.clusterPlaces()) await declare(run, place);
  const before = memory();
  let world: World | undefined;
  const gathered = await milliseconds(async () => {
    world = await gatherWorld(run, defaultPolicy);
  });
  if (!world) throw new Error("nothing was gathered");
  const seen = world;
  let found = 0;
  const classified = await milliseconds(async () => {
    found = findOrphans(seen).length;
  });
  const what = `${seen.clusters.length} clusters, ${seen.clusters.length * estate.SERVICES} frontends`;
  return [
    { name: `sweep: ${what} gathered`, unit: "ms", ours: gathered },
    {
      name: `sweep: ${what} classified, ${found} suspected`,
      unit: "ms",
      ours: classified,
      aim: { value: 5000 },
    },
    {
      name: `sweep: more in memory for it`,
      unit: "MiB",
      ours: memory() - before,
      aim: { value: MOST_MEBIBYTES },
    },
  ];
}

function memory(): number {
  return process.memoryUsage().rss / 1024 / 1024;
}

async function declare(run: Run, place: estate.Place): Promise<void> {
  const cluster = estate.clusterName(place);
  const nowUtc = run.now().toISOString();
  const identity = { uid: `identity of ${cluster}`, boundAtUtc: nowUtc };
  const value = { ...estate.registration(place), tokens: [], registeredAtUtc: nowUtc, identity };
  await run.ports.tables.clusters.transact("all", [{ do: "put", key: cluster, value }]);
  const confirmed = { resourceVersion: "10", sequence: 5, atUtc: nowUtc };
  const feed = { cluster, sequence: 5, confirmed, list: { ...confirmed, services: estate.SERVICES } };
  await run.ports.tables.feeds.transact("all", [{ do: "put", key: cluster, value: feed }]);
  await writeRows(
    run.ports.tables.declarations,
    cluster,
    Array.from({ length: estate.SERVICES }, (_, service) => ({
      do: "put" as const,
      key: `apps/s${service}`,
      value: declared(cluster, service, { uid: estate.serviceUid(place, service), nowUtc }),
    })),
  );
}

function declared(
  cluster: string,
  service: number,
  { uid, nowUtc }: { readonly uid: string; readonly nowUtc: string },
): Declared {
  return {
    cluster,
    namespace: "apps",
    name: `s${service}`,
    uid,
    strength: "confirmation",
    observedAtUtc: nowUtc,
    intent: { internal: true, addresses: {}, ipFamilies: ["IPv4"], ports: [{ protocol: "TCP", port: 80 }] },
  };
}
