/**
 * Removes each guard of a table from the sources in turn: a schedule of the adversary then breaks the invariant that the table names, and
 * breaks none while the guard is there. A second line of defence is proved by removing all lines together: any one of them is enough.
 */
import { beforeAll, expect, test } from "vitest";
import { Spoiler } from "../spoilt.ts";
import type { Guard } from "./model.ts";

/** What broke, each text begins with the code of its invariant. */
type CrimesOf<One> = (steps: readonly One[]) => Promise<readonly string[]>;

/** @param path of the module in the repository that exports `crimesOf` */
export function proveGuards<Breaks extends string, One>(
  path: string,
  crimesOf: CrimesOf<One>,
  guards: readonly Guard<Breaks, One>[],
): void {
  let spoiler: Spoiler;
  beforeAll(async () => {
    spoiler = await Spoiler.open(path);
  });

  async function crimesWithout(removed: readonly Guard<Breaks, One>[], { steps }: Guard<Breaks, One>) {
    const player = await spoiler.load<{ readonly crimesOf: CrimesOf<One> }>(
      removed.map(({ removal }) => removal),
    );
    return player.crimesOf(steps);
  }

  test.each(guards.map((guard) => [guard.id, guard.breaks, guard] as const))(
    "without guard %s a schedule breaks the invariant %s",
    async (_id, _breaks, guard) => {
      const all = [guard, ...inFrontOf(guard, guards)];
      expect(await crimesOf(guard.steps)).toEqual([]);
      const codes = (await crimesWithout(all, guard)).map((one) => one.split(":")[0]);
      expect(codes, "without it").toContain(guard.breaks);
      // Each line is enough.
      for (const one of guard.behind ? all : []) {
        const others = all.filter((other) => other !== one);
        expect(await crimesWithout(others, guard), one.id).toEqual([]);
      }
    },
  );

  test("ids of guards differ", () => {
    expect(new Set(guards.map(({ id }) => id)).size).toBe(guards.length);
  });
}

/** The others that have to be removed for the guard's invariant to break. @throws Error if there is no guard of an id */
function inFrontOf<Breaks extends string, One>(
  { behind = [] }: Guard<Breaks, One>,
  guards: readonly Guard<Breaks, One>[],
) {
  return behind.map((id) => {
    const found = guards.find((one) => one.id === id);
    if (!found) throw new Error(`there is no guard ${id}`);
    return found;
  });
}
