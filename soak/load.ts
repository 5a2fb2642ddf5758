/**
 * The soak under load: two hundred clusters admit Services all the time while one sends hostile lists, one honest lists of 50,000 Services, a
 * subscription is forbidden, storage throttles and restarts, and hosts are killed. Then everything must recover.
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PARTNER } from "../sandbox/world/definition.ts";
import { TIMERS, untilIdle } from "./calm.ts";
import { demandMeasurable, judgeAdmissions, timesOf, type Phase, type Times } from "./judge/admissions.ts";
import { judgeHosts } from "./judge/judge.ts";
import type { Violation } from "./judge/violation.ts";
import { killHost, restartStorage } from "./faults.ts";
import { Admissions } from "./people/admissions.ts";
import { LargeCluster, ListSender, postHostile } from "./people/loadLists.ts";
import { Random } from "./random.ts";
import { recover } from "./recovery.ts";
import { buildHere } from "./stage/artifacts.ts";
import { addClusters, type LoadCluster } from "./stage/loadEstate.ts";
import { openStage, type Stage } from "./stage/stage.ts";
import { Story } from "./story.ts";
import { MINUTE, SECOND } from "./times.ts";

const CLUSTERS = 200;
/** What is loaded and compiled once is there when it is measured. */
const WARM_UP = 100;
/** As many as one cluster may send at the same time. */
const HOSTILE_SENDERS = 4;
const LIST_EVERY = MINUTE;
/** The rest of the time is for faults. */
const QUIET_SHARE = 0.15;
const LISTS_SHARE = 0.35;
const THROTTLED_SHARE = 0.3;
const BETWEEN_FAULTS = 4 * SECOND;

export interface LoadOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Admissions a second, of all clusters together. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

export interface LoadReport {
  readonly seed: number;
  readonly clusters: number;
  readonly times: readonly Times[];
  readonly counts: Readonly<Record<string, number>>;
  /** Seconds of each complete list of 50,000 Services. */
  readonly lists: readonly number[];
  readonly recoveredSeconds: number;
  /** Of the process that sends the requests: its own share of what was measured, p99 in milliseconds. */
  readonly ownDelay: number;
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
    const report = await play({ stage, story, random, clusters, rate, say }, minutes * MINUTE);
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
}

type Played = Omit<LoadReport, "seed" | "clusters" | "directory">;

/** Who sends what. */
interface Cast {
  readonly admissions: Admissions;
  readonly hostile: ListSender;
  readonly honest: LargeCluster;
  /** The hostile cluster, once it lists as it should. */
  readonly reformed: LargeCluster;
}

async function play(playing: Playing, milliseconds: number): Promise<Played> {
  const { stage, clusters, random } = playing;
  const [hostile, honest] = clusters;
  if (!hostile || !honest) throw new Error("there are no clusters");
  const { url } = stage.door;
  const [reformed, large] = [await LargeCluster.start(url, hostile), await LargeCluster.start(url, honest)];
  const admissions = new Admissions(url, random);
  const cast = { admissions, hostile: new ListSender(url, hostile), honest: large, reformed };
  const loop = monitorEventLoopDelay({ resolution: 5 });
  try {
    await warmUp(playing, admissions);
    loop.enable();
    const found = await underLoad(playing, cast, milliseconds);
    loop.disable();
    setPhase(playing, admissions, "after");
    const recovered = await recover(playing, { admissions, large: [large, reformed] });
    const ownDelay = Math.round(loop.percentile(99) / 1e6);
    const judged = demandMeasurable(judgeAdmissions(admissions.all), ownDelay);
    return {
      times: timesOf(admissions.all),
      counts: {
        ...countsOf(playing),
        ...answersOf("hostile", cast.hostile),
        ...answersOf("honest", large.sender),
      },
      lists: large.complete,
      recoveredSeconds: recovered.seconds,
      ownDelay,
      violations: [...found, ...recovered.violations, ...judged],
    };
  } finally {
    reformed.stop();
    large.stop();
  }
}

function setPhase({ say }: Playing, admissions: Admissions, phase: Phase): void {
  say(`${admissions.phase} ended after ${admissions.all.length} requests; now: ${phase}`);
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
    const lists = [
      postHostile(hostile, { senders: HOSTILE_SENDERS, signal: listsEnd.signal }),
      honest.listEvery(LIST_EVERY, listsEnd.signal),
    ];
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
}

/** A forbidden subscription all the time, and one thing more after the other. */
async function faults({ stage, story, random }: Playing, milliseconds: number): Promise<Violation[]> {
  const began = performance.now();
  stage.arm.faults.add({
    caller: "mooring",
    path: `^/subscriptions/${PARTNER}/`,
    action: { kind: "error", status: 403, code: "AuthorizationFailed" },
  });
  const troubles: readonly [string, () => Promise<string>][] = [
    ["fire timers", () => fireAll(stage)],
    ["throttle storage", () => throttle(stage)],
    ["kill host", () => killHost({ stage, random })],
    ["restart storage", () => restartStorage({ stage, random })],
  ];
  for (let n = 0; performance.now() - began < milliseconds; n += 1) {
    const [what, act] = troubles[n % troubles.length] ?? ["", async () => ""];
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

function answersOf(who: string, { answers }: ListSender): Record<string, number> {
  return Object.fromEntries([...answers].map(([what, count]) => [`${who} lists answered ${what}`, count]));
}
