/** Plays schedules of steps on one Private Link Service, and reports which invariants broke. */
import type { Step } from "./steps.ts";
import { AccessWorld } from "./world.ts";

type Moves = {
  readonly [Name in Step["do"]]: (world: AccessWorld, one: Extract<Step, { readonly do: Name }>) => unknown;
};

const MOVES: Moves = {
  declare: (world, one) => world.declare(one),
  refused: (world, one) => world.refused(one.to),
  recreate: (world, one) => world.recreate(one.built),
  report: (world, one) => world.report(one.bookmark),
  controller: (world, one) => world.controller(one.writes),
  outsider: (world, one) => world.outsider(one.to),
  connect: (world, one) => world.connect(one.from),
  portal: (world, one) => world.portal(one.status),
  reconcile: (world, one) => world.reconcile(one),
  decide: (world, one) => world.decide(one.status, one.contradicted),
  undo: (world) => world.undo(),
  wait: (world, one) => world.run.clock.advance(one.seconds),
};

async function begun(steps: readonly Step[]): Promise<AccessWorld> {
  const world = new AccessWorld();
  await world.begin();
  for (const one of steps) await (MOVES[one.do] as (world: AccessWorld, one: Step) => unknown)(world, one);
  return world;
}

/** What broke until the last step, and not later. */
export async function crimesOf(steps: readonly Step[]): Promise<readonly string[]> {
  return (await begun(steps)).crimes;
}

/** What broke, each text begins with the code of its invariant; also what is not as declared in the end. */
export async function play(steps: readonly Step[]): Promise<readonly string[]> {
  const world = await begun(steps);
  if (world.crimes.length === 0) await world.calm();
  return world.crimes;
}
