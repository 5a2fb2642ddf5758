/**
 * The calm: without faults in hosts, storage and events, with controllers and timers running, all invariants
 * must hold within a number of rounds.
 */
import { setTimeout as delay } from "node:timers/promises";
import { heal, startAll } from "./faults.ts";
import type { Acting } from "./people/acting.ts";
import { releaseAll } from "./people/operator.ts";
import { retryPending } from "./people/services.ts";
import { countMessages, readTable } from "./rows.ts";
import { MINUTE, SECOND } from "./times.ts";
import type { Stage } from "./stage/stage.ts";
import type { Story } from "./story.ts";
import type { Violation } from "./judge/violation.ts";

/** After it no lease of a host that died, and no message that it had taken, is held any more. */
export const LEASES_MINUTES = 16;
/**
 * Rounds of all timers until everything must be as declared, and the minutes of each. Senders list in every second round: an orphan is
 * absent from two lists, then confirmed, in its grace period of 70 minutes, and confirmed again; a foreign list delays it by an hour.
 */
export const ROUNDS = 18;
const ROUND_MINUTES = 20;
const REPLAY_ROUND = 4;
export const TIMERS = ["scanInventory", "pollPrivateLinkServices", "sweepOrphans", "auditDrift"];
/** Work that is put off comes this much sooner while we wait for it. */
const HURRY_SECONDS = 5;
const LOOK_MILLISECONDS = 250;
/** Of one round: counted, not timed, so that a slow machine has longer. */
const MOST_LOOKS = 1000;
const PENDING_TRIES = 3;

/** Gives what never came to rest. */
export async function calm(acting: Acting, story: Story): Promise<Violation[]> {
  const { stage } = acting;
  await heal(acting);
  await countCutOff(stage, story);
  stage.clock.advance(LEASES_MINUTES * MINUTE);
  await startAll(stage.hosts);
  await stage.arm.idle();
  await repairFailed(stage);
  await releaseAll(acting);
  for (let round = 0; round < PENDING_TRIES; round += 1)
    await story.run("retry pending", () => retryPending(acting));
  const stuck: Violation[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    if (round === REPLAY_ROUND) await replayPoison(stage, story);
    stuck.push(...(await tick(stage, story)));
    // What the first round met may still be the end of the storm.
    if (round === 1) for (const host of stage.hosts) host.failures.length = 0;
  }
  return [...stuck, ...(await leftInPoison(stage)), ...failuresOf(stage)];
}

/** How often a host died between its intent and its word that it was done. */
async function countCutOff({ connectionString }: Stage, story: Story): Promise<void> {
  const journal = await readTable(connectionString, "journal");
  story.count("writes cut off", journal.filter(({ value }) => value.outcome === "intended").length);
}

/**
 * A user in the portal repeats writes that Azure could not finish: no other writer writes a resource that is
 * `Failed`.
 */
async function repairFailed({ arm, team }: Stage): Promise<void> {
  for (const { id } of arm.world.all().filter(({ provisioningState }) => provisioningState === "Failed")) {
    const body = await team.get(id);
    if (body) await team.put(id, body);
  }
}

/** A round of timers, with true lists before them, and all the work that follows. */
async function tick(stage: Stage, story: Story): Promise<Violation[]> {
  stage.clock.advance(ROUND_MINUTES * MINUTE);
  for (const cluster of stage.fleet.clusters.values())
    await story.run("confirm declarations", async () => `answered ${(await cluster.confirm()).status}`);
  for (const name of TIMERS)
    await story.run("fire timer", async () => `${name} answered ${await stage.fire(name)}`);
  return untilIdle(stage);
}

/** Until no queue has a message, seen or not. */
export async function untilIdle({ connectionString, clock, grid }: Stage): Promise<Violation[]> {
  let counts: ReadonlyMap<string, number> = new Map();
  for (let looks = 0, quiet = 0; looks < MOST_LOOKS; looks += 1) {
    counts = await countMessages(connectionString);
    quiet = [...counts.values()].every((count) => count === 0) ? quiet + 1 : 0;
    if (quiet === 2) return [];
    if (quiet === 0) clock.advance(HURRY_SECONDS * SECOND);
    await Promise.all([delay(LOOK_MILLISECONDS), grid.idle()]);
  }
  const evidence = Object.fromEntries(counts);
  return [{ invariant: "converged", says: "the queues never came to rest", evidence }];
}

/** What the storm poisoned goes back to its queue, once, as an operator has it done. */
export async function replayPoison({ connectionString, mooring }: Stage, story: Story): Promise<void> {
  for (const [name, count] of await countMessages(connectionString, "-poison")) {
    if (count === 0) continue;
    story.tell("replay", await mooring(["queue", "replay", name.replace("mooring-", ""), "--all"]));
    story.count("poison replayed", count);
  }
}

export async function leftInPoison({ connectionString }: Stage): Promise<Violation[]> {
  const counts = [...(await countMessages(connectionString, "-poison"))].filter(([, count]) => count > 0);
  return counts.map(([name, count]) => ({
    invariant: "nothing stuck in poison",
    says: `${count} messages of ${name} failed again after a replay, with nothing wrong`,
  }));
}

/** Two deliveries at one resource: Azure or the lease lets one of them write, and the other one tries again. */
const CONFLICT = /PreconditionFailed|AnotherOperationInProgress|is being worked on/;

/** With nothing wrong nothing fails, but for what is tried again. */
function failuresOf({ hosts }: Stage): Violation[] {
  return hosts.flatMap((host) =>
    host.failures
      .splice(0)
      .filter(({ message }) => !CONFLICT.test(message))
      .map((entry) => ({
        invariant: "nothing fails in calm",
        says: `${host.name}: ${entry.function} ${entry.message.slice(0, 1000)}`,
      })),
  );
}
