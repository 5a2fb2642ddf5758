/** All invariants: those that must hold at every moment, and those that must hold when all is calm. */
import type { Stage } from "../stage/stage.ts";
import { readTable } from "../rows.ts";
import type { Truth } from "../truth.ts";
import { nothingKeptForTheDead, ownersInClusters, ownersInRows, promisesKept } from "./addresses.ts";
import {
  intentsAsDeclared,
  privateLinkServicesAsDeclared,
  nothingLivingDeleted,
  orphansGone,
} from "./azure.ts";
import { nothingOpen, writesJournalled } from "./journal.ts";
import type { Violation } from "./violation.ts";

/** The most that a host may take, in megabytes. */
const MAX_MEGABYTES = 512;

/** Between two steps, while only the hosts are active. */
export async function judgeAlways(stage: Stage, truth: Truth): Promise<Violation[]> {
  const rows = stage.storage.isUp ? await readTable(stage.connectionString, "addresses") : [];
  return [
    ...ownersInClusters(truth),
    ...nothingLivingDeleted(truth, stage.written),
    ...ownersInRows(rows, (uid) => truth.living().some((one) => one.uid === uid)),
    ...(stage.storage.isUp ? promisesKept(truth, rows) : []),
    ...(await judgeHosts(stage)),
  ];
}

export async function judgeHosts({ hosts }: Stage): Promise<Violation[]> {
  for (const host of hosts) await host.measure();
  return hosts.flatMap((host) => [
    ...host.faults.splice(0).map((says) => ({ invariant: "no crash", says })),
    ...(host.peakMegabytes > MAX_MEGABYTES
      ? [{ invariant: "memory", says: `${host.name} took ${host.peakMegabytes} MB` }]
      : []),
  ]);
}

/** When the faults have stopped, and their rounds are over. */
export async function judgeCalm(stage: Stage, truth: Truth): Promise<Violation[]> {
  const { connectionString } = stage;
  const [addresses, journal, intents, clusters] = await Promise.all(
    ["addresses", "journal", "declarations", "clusters"].map((noun) => readTable(connectionString, noun)),
  );
  // A cluster of which no frontend was ever seen proves nothing: its claims are an operator's to end.
  const proving = (clusters ?? []).flatMap(({ value }) =>
    value.identity?.corroboration ? [String(value.name)] : [],
  );
  return [
    ...(await judgeAlways(stage, truth)),
    ...privateLinkServicesAsDeclared(truth),
    ...orphansGone(truth),
    ...intentsAsDeclared(truth, intents ?? [], [...stage.fleet.clusters.keys()]),
    ...nothingKeptForTheDead(truth, addresses ?? [], new Set(proving)),
    ...writesJournalled(stage.written, journal ?? []),
    ...nothingOpen(journal ?? []),
  ];
}
