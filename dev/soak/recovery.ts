/** After the load test: verifies that everything that was affected works again. */
import { setTimeout as delay } from "node:timers/promises";
import { LEASES_MINUTES, leftInPoison, replayPoison, TIMERS, untilIdle } from "./calm.ts";
import { ownersInRows } from "./judge/addresses.ts";
import { judgeHosts } from "./judge/judge.ts";
import type { Violation } from "./judge/violation.ts";
import type { Admissions } from "./people/admissions.ts";
import type { LargeCluster } from "./people/loadLists.ts";
import { readTable } from "./rows.ts";
import type { LoadCluster } from "./stage/loadEstate.ts";
import type { Stage } from "./stage/stage.ts";
import { startAll } from "./faults.ts";
import type { Story } from "./story.ts";
import { MINUTE, SECOND } from "./times.ts";

const MOST_ROUNDS = 5;
const MOST_LOOKS = 120;
/** Longer than a host caches policy, clusters and queue lengths. */
const ROUND = MINUTE;
const LISTED = 5 * MINUTE;

interface Recovering {
  readonly stage: Stage;
  readonly story: Story;
  readonly clusters: readonly LoadCluster[];
}

interface Affected {
  readonly admissions: Admissions;
  readonly large: readonly LargeCluster[];
}

export interface Recovered {
  /** Until the health status is `ok`. */
  readonly seconds: number;
  readonly violations: readonly Violation[];
}

export async function recover(recovering: Recovering, affected: Affected): Promise<Recovered> {
  const { stage, story, clusters } = recovering;
  const { admissions, large } = affected;
  await startAll(stage.hosts);
  const before = await degraded(stage);
  story.tell("health before", before);
  stage.arm.faults.clear();
  stage.clock.advance(LEASES_MINUTES * MINUTE);
  const began = performance.now();
  const listed = await Promise.all(large.map((one) => one.list(AbortSignal.timeout(LISTED))));
  const stuck = await repeat(recovering);
  const seconds = Math.round((performance.now() - began) / 1000);
  for (const cluster of clusters) await admissions.request(cluster, admissions.newAddress());
  const admitted = new Set(admissions.all.filter(({ allowed }) => allowed).map(({ address }) => address));
  const rows = await readTable(stage.connectionString, "addresses");
  return {
    seconds,
    violations: [
      ...stuck,
      ...(showsScan(before) ? [] : [unseen(before)]),
      ...(listed.every(Boolean)
        ? []
        : [{ invariant: "recovers", says: "a list of 50,000 Services was not completed" }]),
      ...ownersInRows(
        rows.filter(({ value }) => admitted.has(String(value.address))),
        () => true,
      ),
      ...(await judgeHosts(stage)),
    ],
  };
}

/** Runs rounds of all timers until the health status is `ok` and no message is dead-lettered. */
async function repeat({ stage, story }: Recovering): Promise<Violation[]> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    stage.clock.advance(ROUND);
    for (const name of TIMERS) await stage.fire(name);
    const busy = await untilIdle(stage);
    await replayPoison(stage, story);
    const problems = [...busy, ...(await untilIdle(stage)), ...(await leftInPoison(stage))];
    const health = await healthOf(stage);
    story.tell("health", health);
    if (health.status === "ok" && problems.length === 0) return [];
    await delay(SECOND);
  }
  return [{ invariant: "recovers", says: "health is not ok", evidence: await healthOf(stage) }];
}

/** Health after a scan that is incomplete because of the subscription that answers 403. */
async function degraded(stage: Stage): Promise<Health> {
  await stage.fire("scanInventory");
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const health = await healthOf(stage);
    if (showsScan(health)) return health;
    stage.clock.advance(SECOND);
    await delay(SECOND / 2);
  }
  return healthOf(stage);
}

function showsScan({ problems }: Health): boolean {
  return problems.some((one) => one.startsWith("scan fails"));
}

interface Health {
  readonly status: string;
  readonly problems: readonly string[];
}

async function healthOf({ door }: Stage): Promise<Health> {
  const response = await fetch(`${door.url}/api/health`);
  return (await response.json()) as Health;
}

function unseen(health: Health): Violation {
  return {
    invariant: "visible",
    says: "health does not report the unreadable subscription",
    evidence: health,
  };
}
