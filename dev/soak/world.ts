/**
 * The soak: episodes of a storm and a calm after it, until the time is over or an invariant is violated.
 * Called by `main.ts`; its actions are in the story, its findings in the report.
 */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calm } from "./calm.ts";
import { chaosStep } from "./chaos.ts";
import { judgeAlways, judgeCalm } from "./judge/judge.ts";
import type { Violation } from "./judge/violation.ts";
import type { Acting } from "./people/acting.ts";
import { Random } from "./random.ts";
import { buildCommit, buildHere, type Spoil } from "./stage/artifacts.ts";
import { openStage, type Stage } from "./stage/stage.ts";
import { Story } from "./story.ts";
import { Truth } from "./truth.ts";

const STEPS = 12;

export interface WorldOptions {
  readonly seed: number;
  /** It begins no episode after this. */
  readonly minutes: number;
  /** At most so many. */
  readonly episodes?: number;
  /** Commit that the second host runs; absent: the same artifact. */
  readonly older?: string;
  /** Commit that both are built of; absent: the folder as it is. */
  readonly commit?: string;
  readonly spoil?: Spoil;
  readonly say: (line: string) => void;
}

export interface Report {
  readonly seed: number;
  readonly minutes: number;
  readonly episodes: number;
  readonly jumpedMinutes: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly writes: number;
  readonly violations: readonly Violation[];
  /** Where the story, the logs and the report are. */
  readonly directory: string;
}

/** Plays until the time is over, or until the first episode with a violation. */
export async function soakWorld(options: WorldOptions): Promise<Report> {
  const { seed, minutes, episodes: most = Infinity, say } = options;
  const directory = await mkdtemp(join(tmpdir(), "mooring-soak-"));
  say(`seed ${seed}, in ${directory}`);
  const artifacts = await build(directory, options);
  const random = new Random(seed);
  const story = new Story(join(directory, "story.log"));
  const began = performance.now();
  const passed = () => (performance.now() - began) / 60_000;
  const stage = await openStage({ directory, artifacts, random });
  const violations: Violation[] = [];
  let episodes = 0;
  try {
    const acting = { stage, random, truth: new Truth(stage.fleet, stage.arm) };
    for (
      ;
      episodes < most && (episodes === 0 || passed() < minutes) && violations.length === 0;
      episodes += 1
    ) {
      violations.push(...(await playEpisode(acting, story)));
      say(
        `episode ${episodes + 1}: ${violations.length === 0 ? "well" : "BROKEN"} after ${passed().toFixed(1)} min`,
      );
    }
  } finally {
    await stage.stop();
  }
  const report: Report = {
    seed,
    minutes: Number(passed().toFixed(1)),
    episodes,
    jumpedMinutes: stage.clock.jumpedMinutes,
    counts: countsOf(stage, story),
    writes: stage.written.filter(({ caller }) => caller.name === "mooring").length,
    violations,
    directory,
  };
  await writeFile(join(directory, "report.json"), JSON.stringify(report, undefined, 2));
  return report;
}

async function build(directory: string, { older, commit, spoil }: WorldOptions): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const output = join(directory, "app");
  const own = commit === undefined ? await buildHere(output, spoil) : await buildCommit(output, commit);
  return [own, older === undefined ? own : await buildCommit(join(directory, "older"), older)];
}

async function playEpisode(acting: Acting, story: Story): Promise<Violation[]> {
  const { stage, truth } = acting;
  story.tell("storm");
  for (let step = 0; step < STEPS; step += 1) {
    await chaosStep(acting, story);
    const found = await judgeAlways(stage, truth);
    if (found.length > 0) return told(story, found);
  }
  story.tell("calm");
  const stuck = await calm(acting, story);
  truth.seen();
  return told(story, [...stuck, ...(await judgeCalm(stage, truth))]);
}

function told(story: Story, found: Violation[]): Violation[] {
  for (const { invariant, says } of found) story.tell("VIOLATION", `${invariant}: ${says}`);
  return found;
}

function countsOf({ hosts, door, grid, storage }: Stage, story: Story): Record<string, number> {
  return {
    ...story.counts,
    ...Object.fromEntries([...door.answers].map(([status, count]) => [`answers ${status}`, count])),
    "events delivered": grid.delivered,
    "events dead": grid.deadLetters.length,
    "hosts killed": hosts.reduce((sum, { kills }) => sum + kills, 0),
    "storage restarts": storage.restarts,
    invocations: hosts.reduce((sum, { invocations }) => sum + invocations, 0),
    "peak megabytes": Math.max(...hosts.map(({ peakMegabytes }) => peakMegabytes)),
  };
}
