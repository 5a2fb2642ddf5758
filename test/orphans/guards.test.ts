/**
 * Each guard of a sweep is removed from the sources in turn: a schedule of the adversary then breaks the invariant that the table names, and
 * breaks none while the guard is there. A second line of defence is proved by removing all lines together: any one of them is enough.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crimesOf } from "./play.ts";
import { GUARDS, withThoseInFront } from "./removals/all.ts";
import type { Guard } from "./removals/model.ts";
import { Spoiler } from "./spoilt.ts";

let spoiler: Spoiler;
beforeAll(async () => {
  spoiler = await Spoiler.open("test/orphans/play.ts");
});
afterAll(() => spoiler.close());

async function crimesWithout(guards: readonly Guard[], { steps }: Guard): Promise<readonly string[]> {
  type Player = { readonly crimesOf: typeof crimesOf };
  const player = await spoiler.load<Player>(guards.map(({ removal }) => removal));
  return player.crimesOf(steps);
}

test.each(GUARDS.map((guard) => [guard.id, guard.breaks, guard] as const))(
  "without guard %s a schedule breaks the invariant %s",
  async (_id, _breaks, guard) => {
    const all = withThoseInFront(guard);
    expect(await crimesOf(guard.steps)).toEqual([]);
    const codes = (await crimesWithout(all, guard)).map((one) => one.split(":")[0]);
    expect(codes, "without it").toContain(guard.breaks);
    // Each line is enough.
    for (const one of guard.behind ? all : [])
      expect(
        await crimesWithout(
          all.filter((other) => other !== one),
          guard,
        ),
        one.id,
      ).toEqual([]);
  },
);

test("ids of guards differ", () => {
  expect(new Set(GUARDS.map(({ id }) => id)).size).toBe(GUARDS.length);
});

test("every guard of a write is in the table, or concerns no sweep", async () => {
  const text = await readFile(join(import.meta.dirname, "../../shared/changes/guards.ts"), "utf8");
  const [, table = ""] = /const GUARDS[^{]*{([^}]*)}/.exec(text) ?? [];
  const ids = [...table.matchAll(/^\s*"?([a-z-]+)"?[,:]/gm)].map(([, id = ""]) => id);
  expect(ids.length).toBeGreaterThan(10);
  const known = [...GUARDS.map(({ id }) => id.replace(/ \(.*/, "")), ...OF_LINKS];
  expect(ids.filter((id) => !known.includes(id))).toEqual([]);
});

/** Guards of changes to Private Link Services and connections. */
const OF_LINKS = ["awaiting-confirmation", "changed-since-planned", "fighting"];
