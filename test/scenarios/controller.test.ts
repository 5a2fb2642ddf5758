import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { listJournal } from "../../shared/changes/journalStore.ts";
import { pollLinks } from "../../shared/links/poll.ts";
import { liveCluster, type LiveCluster } from "../builders/liveCluster.ts";
import { PARTNER } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const Scenario = z.strictObject({
  name: z.string(),
  declared: z.array(z.string()),
  steps: z.array(z.string()),
  expected: z.strictObject({ visibility: z.array(z.string()), journal: z.array(z.string()) }),
});
const scenarios = z
  .array(Scenario)
  .parse(parse(readFileSync(join(import.meta.dirname, "controller.yaml"), "utf8")));

const IDS: Record<string, string> = { a: SUBSCRIPTION, b: PARTNER };
const ids = (names: readonly string[]) => names.map((name) => IDS[name] ?? name);
const LINKS = "/privateLinkServices/[^/]+$";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-controller-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const putAnswers = (status: number, code: string) => (live: LiveCluster) =>
  live.arm.faults.add({ method: "PUT", path: LINKS, times: 1, action: { kind: "error", status, code } });

const STEPS: Record<string, (live: LiveCluster) => unknown> = {
  events: (live) => live.deliver(live.events.splice(0)),
  "events ten times shuffled": (live) => {
    const many = live.events.splice(0).flatMap((event) => Array.from({ length: 10 }, () => event));
    return live.deliver(
      fc.sample(fc.shuffledSubarray(many, { minLength: many.length }), { numRuns: 1, seed: 5 })[0] ?? [],
    );
  },
  "lose events": (live) => live.events.splice(0),
  poll: (live) => pollLinks(live.run),
  work: (live) => live.work(),
  controller: (live) => live.resync(),
  "put answers 429": putAnswers(429, "RetryableError"),
  "put answers 409": putAnswers(409, "AnotherOperationInProgress"),
  "put answers 412": putAnswers(412, "PreconditionFailed"),
  "lose the answer": (live) =>
    live.arm.faults.add({ method: "PUT", path: LINKS, times: 1, action: { kind: "loseAnswer" } }),
  outage: (live) =>
    live.arm.faults.add({ path: LINKS, action: { kind: "error", status: 400, code: "OutOfOrder" } }),
  "outage ends": (live) => live.arm.faults.clear(),
  slow: (live) => live.arm.faults.add({ path: LINKS, action: { kind: "latency", milliseconds: 30 } }),
  lock: async (live) => {
    const id = `${(await live.linkOf("web")).id}/providers/Microsoft.Authorization/locks/keep`;
    await live.arm.send("PUT", `${id}?api-version=2020-05-01`, { properties: { level: "ReadOnly" } });
  },
};

async function take(live: LiveCluster, step: string): Promise<void> {
  const [, verb, list = ""] = /^(behind|declare) "(.*)"$/.exec(step) ?? [];
  const visibility = ids(list.split(" "));
  if (verb === "behind") return live.setBehindItsBack("web", { visibility });
  if (verb === "declare") return live.declare("web", { visibility });
  expect(STEPS, `step "${step}"`).toHaveProperty([step]);
  await STEPS[step]?.(live);
}

async function journalOf({ run }: LiveCluster): Promise<string[]> {
  return (await Array.fromAsync(listJournal(run))).map(({ entry }) => entry.outcome).toReversed();
}

describe("scenarios with the controller running", () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
    const live = await liveCluster(directory);
    await live.declare("web", { visibility: ids(scenario.declared) });
    live.events.length = 0;
    for (const step of scenario.steps) await take(live, step);
    const { visibility } = (await live.linkOf("web")).properties;
    await live.close();
    expect({ visibility: visibility.subscriptions, journal: await journalOf(live) }).toEqual({
      visibility: ids(scenario.expected.visibility),
      journal: scenario.expected.journal,
    });
  });
});

test("a thousand random changes of annotations leave no link wrong and no war", async () => {
  const live = await liveCluster(directory);
  const names = ["web", "api", "db"];
  const lists = fc.record({
    visibility: fc.uniqueArray(fc.constantFrom(SUBSCRIPTION, PARTNER), { minLength: 1 }),
    autoApproval: fc.uniqueArray(fc.constantFrom(SUBSCRIPTION, PARTNER)),
  });
  const change = fc.record({
    name: fc.constantFrom(...names),
    lists,
    // Somebody else writes now and then; events come late, or not at all.
    behind: fc.option(lists, { freq: 10 }),
    meanwhile: fc.constantFrom("nothing", "work", "events and work", "lose events"),
  });
  for (const name of names) await live.declare(name, { visibility: [SUBSCRIPTION] });
  const last = new Map<string, (typeof changes)[number]["lists"]>();
  let behind = 0;
  const changes = fc.sample(change, { numRuns: 1000, seed: 2026 });
  for (const one of changes) {
    last.set(one.name, one.lists);
    const working = one.meanwhile === "work" ? live.work() : undefined;
    await live.declare(one.name, one.lists);
    if (one.behind) {
      behind += 1;
      await live.setBehindItsBack(one.name, one.behind);
    }
    const events = live.events.splice(0);
    if (one.meanwhile === "events and work") await live.deliver(events).then(() => live.work());
    await working;
  }
  live.run.clock.advance(3600);
  for (let round = 0; round < 3; round += 1) {
    await live.resync();
    await pollLinks(live.run);
    await live.work();
  }
  for (const [name, { visibility, autoApproval }] of last) {
    const { properties } = await live.linkOf(name);
    expect([
      properties.visibility.subscriptions.toSorted(),
      (properties.autoApproval?.subscriptions ?? []).toSorted(),
    ]).toEqual([visibility.toSorted(), autoApproval.toSorted()]);
  }
  // Mooring only ever answers somebody else's write; the controller's own changes give it nothing to do.
  const written = (await journalOf(live)).filter((outcome) => outcome === "applied").length;
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThanOrEqual(behind);
  live.events.length = 0;
  await live.resync();
  expect(await pollLinks(live.run)).toBe(0);
  expect(live.events).toEqual([]);
  await live.close();
}, 180_000);
