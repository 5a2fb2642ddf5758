/** Plays schedules of steps, and reports which invariants broke. */
import type { Step } from "./steps.ts";
import { RestoreWorld } from "./world.ts";

async function take(world: RestoreWorld, one: Step): Promise<void> {
  switch (one.do) {
    case "admit":
      return world.admit(one.owner, one.part, one.after);
    case "remove":
      return world.remove(one.owner);
    case "list":
      return world.list(one.where);
    case "build":
      return world.build(one.where);
    case "scan":
      return world.scan();
    case "wait":
      return world.wait(one.seconds);
    case "restore":
      return world.restore(one.part, one.meanwhile);
  }
}

/** What broke until the last step. Each text begins with the code of its invariant. */
export async function crimesOf(steps: readonly Step[]): Promise<readonly string[]> {
  return (await played(steps)).crimes;
}

/** What broke, in the end too. */
export async function play(steps: readonly Step[]): Promise<readonly string[]> {
  const world = await played(steps);
  if (world.crimes.length === 0) await world.end();
  return world.crimes;
}

async function played(steps: readonly Step[]): Promise<RestoreWorld> {
  const world = new RestoreWorld();
  await world.begin();
  for (const one of steps) await take(world, one);
  return world;
}
