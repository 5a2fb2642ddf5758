/**
 * The load test: 200 clusters continuously create Services while one posts hostile lists, one posts valid lists of 50,000 Services, one
 * subscription answers 403, storage throttles and restarts, and hosts are killed. Then everything must recover.
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PARTNER } from "../sandbox/world/definition.ts";
import { TIMERS, untilIdle } from "./calm.ts";
import { demandMeasurable, judgeAdmissions, timesOf, type Phase, type Times } from "./judge/admissions.ts";
import { takeCosts, type PhaseCosts } from "./phaseCosts.ts";
import { judgeHosts } from "./judge/judge.ts";
import type { Violation } from "./judge/violation.ts";
import { killHost, restartStorage } from "./faults.ts";
import { Admissions } from "./people/admissions.ts";
import { HostileCluster, LargeCluster } from "./people/loadLists.ts";
import { Random } from "./random.ts";
import { recover } from "./recovery.ts";
import { buildHere } from "./stage/artifacts.ts";
import { addClusters, type LoadCluster } from "./stage/loadEstate.ts";
import { openStage, type Stage } from "./stage/stage.ts";
import { Story } from "./story.ts";
import { MINUTE, SECOND } from "./times.ts";

const CLUSTERS = 200;
/** Requests before the measurement, so that modules are loaded and compiled. */
const WARM_UP = 100;
const LIST_EVERY = MINUTE;
/** Shares of the run; the rest is for faults. */
const QUIET_SHARE = 0.15;
const LISTS_SHARE = 0.35;
const THROTTLED_SHARE = 0.3;
const BETWEEN_FAULTS = 4 * SECOND;

export interface LoadOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Admissions per second of all clusters together. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

export interface LoadReport {
  readonly seed: number;
  readonly clusters: number;
  readonly times: readonly Times[];
  readonly costs: readonly PhaseCosts[];
  readonly counts: Readonly<Record<string, number>>;
  /** Seconds of each complete list of 50,000 Services. */
  readonly lists: readonly number[];
  readonly recoveredSeconds: number;
  /** Event loop delay of the process that sends the requests, p99 in milliseconds. It is part of every measured time. */
  readonly senderDelay: number;
  readonly violations: readonly Violation[];
  readonly directory: string;
}

export async function soakLoad({ seed, minutes, rate, say }: LoadOptions): Promise<LoadReport> {
  const directory = await mkdtemp(join(tmpdir(), "mooring-load-"));
  say(`seed ${seed}, in ${directory}`);
  const artifact = await buildHere(join(directory, "app"));
  const random = new Random(seed);
  const stage = await openStage({ directory, artifacts: [artifact, artifact], random, isSplit: true });
  const story = new Story(join(directory, "story.log"));
  try {
    const clusters = await addClusters(stage, { directory, count: CLUSTERS });
    say(`${CLUSTERS} clusters are registered`);
    const report = await play({ stage, story, random, clusters, rate, say, costs: [] }, minutes * MINUTE);
    await writeFile(join(directory, "report.json"), JSON.stringify(report, undefined, 2));
    return { seed, clusters: CLUSTERS, directory, ...report };
  } finally {
    await stage.stop();
  }
}

interface Playing {
  readonly stage: Stage;
  readonly story: Story;
  readonly random: Random;
  readonly clusters: readonly LoadCluster[];
  readonly rate: number;
  readonly say: (line: string) => void;
  /** Of the phases that ended. */
  readonly costs: PhaseCosts[];
}

type Played = Omit<LoadReport, "seed" | "clusters" | "directory">;

interface Cast {
  readonly admissions: Admissions;
  readonly hostile: HostileCluster;
  readonly honest: LargeCluster;
  /** The hostile cluster when it posts valid lists. */
  readonly reformed: LargeCluster;
}

async function play(playing: Playing, milliseconds: number): Promise<Played> {
  const { stage, clusters, random } = playing;
  const [hostile, honest] = clusters;
  if (!hostile || !honest) throw new Error("there are no clusters");
  const { url } = stage.door;
  const [reformed, large] = [await LargeCluster.start(url, hostile), await LargeCluster.start(url, honest)];
  const admissions = new Admissions(url, random);
  const cast = { admissions, hostile: await HostileCluster.start(url, hostile), honest: large, reformed };
  const loop = monitorEventLoopDelay({ resolution: 5 });
  try {
    await warmUp(playing, admissions);
    loop.enable();
    const found = await underLoad(playing, cast, milliseconds);
    loop.disable();
    setPhase(playing, admissions, "after");
    const recovered = await recover(playing, { admissions, large: [large, reformed] });
    const senderDelay = Math.round(loop.percentile(99) / 1e6);
    const judged = demandMeasurable(judgeAdmissions(admissions.all), senderDelay);
    return {
      times: timesOf(admissions.all),
      costs: playing.costs,
      counts: {
        ...countsOf(playing),
        ...answersOf("hostile", cast.hostile),
        ...answersOf("honest", large.sender),
      },
      lists: large.complete,
      recoveredSeconds: recovered.seconds,
      senderDelay,
      violations: [...found, ...recovered.violations, ...judged],
    };
  } finally {
    cast.hostile.stop();
    reformed.stop();
    large.stop();
  }
}

function setPhase({ stage, say, costs }: Playing, admissions: Admissions, phase: Phase): void {
  say(`${admissions.phase} ended after ${admissions.all.length} requests; now: ${phase}`);
  costs.push(takeCosts(stage, admissions.phase));
  admissions.phase = phase;
}

async function underLoad(playing: Playing, cast: Cast, milliseconds: number): Promise<Violation[]> {
  const { clusters, rate } = playing;
  const { admissions, hostile, honest } = cast;
  const [end, listsEnd] = [new AbortController(), new AbortController()];
  try {
    const running = admissions.run(clusters, (clusters.length / rate) * SECOND, end.signal);
    await delay(milliseconds * QUIET_SHARE);
    setPhase(playing, admissions, "lists");
    const lists = [hostile.post(listsEnd.signal), honest.listEvery(LIST_EVERY, listsEnd.signal)];
    await delay(milliseconds * LISTS_SHARE);
    setPhase(playing, admissions, "faults");
    const found = await faults(playing, milliseconds * (1 - QUIET_SHARE - LISTS_SHARE));
    listsEnd.abort();
    await Promise.all(lists);
    end.abort();
    await running;
    return found;
  } finally {
    listsEnd.abort();
    end.abort();
  }
}

async function warmUp({ stage, clusters }: Playing, admissions: Admissions): Promise<void> {
  await untilIdle(stage);
  for (const cluster of clusters.slice(0, WARM_UP))
    await admissions.request(cluster, admissions.newAddress());
  await untilIdle(stage);
  admissions.all.length = 0;
  takeCosts(stage, "quiet");
}

/** One subscription answers 403 all the time, and the other faults follow each other. */
async function faults({ stage, story, random }: Playing, milliseconds: number): Promise<Violation[]> {
  const began = performance.now();
  stage.arm.faults.add({
    caller: "mooring",
    path: `^/subscriptions/${PARTNER}/`,
    action: { kind: "error", status: 403, code: "AuthorizationFailed" },
  });
  const steps: readonly [string, () => Promise<string>][] = [
    ["fire timers", () => fireAll(stage)],
    ["throttle storage", () => throttle(stage)],
    ["kill host", () => killHost({ stage, random })],
    ["restart storage", () => restartStorage({ stage, random })],
  ];
  for (let n = 0; performance.now() - began < milliseconds; n += 1) {
    const [what, act] = steps[n % steps.length] ?? ["", async () => ""];
    await story.run(what, act);
    await delay(BETWEEN_FAULTS);
  }
  stage.throttle.share = 0;
  return judgeHosts(stage);
}

async function throttle(stage: Stage): Promise<string> {
  stage.throttle.share = THROTTLED_SHARE;
  await delay(BETWEEN_FAULTS);
  stage.throttle.share = 0;
  return `${stage.throttle.refused} refused so far`;
}

async function fireAll(stage: Stage): Promise<string> {
  const statuses = await Promise.all(TIMERS.map((name) => stage.fire(name)));
  return `answered ${statuses.join(", ")}`;
}

function countsOf({
  stage: {
    hosts,
    storage,
    throttle: { refused },
    door,
  },
}: Playing): Record<string, number> {
  return {
    ...Object.fromEntries([...door.answers].map(([status, count]) => [`answers ${status}`, count])),
    "hosts killed": hosts.reduce((sum, { kills }) => sum + kills, 0),
    "storage restarts": storage.restarts,
    "requests to storage throttled": refused,
    "peak megabytes of a host": Math.max(...hosts.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

function answersOf(who: string, { answers }: Pick<HostileCluster, "answers">): Record<string, number> {
  return Object.fromEntries([...answers].map(([what, count]) => [`${who} lists answered ${what}`, count]));
}
