/** The way back of deletes, on the sandbox with the real SDK. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openResources } from "../../shared/adapters/resources.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { ResourceReader, ResourceWriter } from "../../shared/ports/resources.ts";
import { planUndo } from "../../shared/changes/undo.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { BALANCER, PLS, plsBody, armWithPls, type TestArm } from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { pls, PARTNER } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import { ADA, deletion, OPTIONS, SYSTEM } from "../builders/undoing.ts";

describe("of a delete, on the sandbox", () => {
  let directory: string;
  let arm: TestArm;
  let served: ServedArm;
  let run: MemoryRun;
  let resources: ResourceReader & ResourceWriter;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "mooring-undo-"));
    arm = await armWithPls();
    await arm.put(PLS, {
      ...plsBody({ visibility: { subscriptions: [PARTNER] } }),
      tags: { ...pls().tags },
    });
    served = await serveArm(arm, directory);
    resources = openResources(served.access);
    run = memoryRun();
    Object.assign(run.ports, { resources });
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
  });
  afterAll(async () => {
    await served.close();
    await rm(directory, { recursive: true, force: true });
  });
  const get = async (id: string) => (await arm.send("GET", id)).body;

  test("Private Link Service and load balancer come back as they were, in the order of their need", async () => {
    const before = { pls: await get(PLS), balancer: await get(BALANCER) };
    const apply = createApply(resources);
    const changes = [deletion(run, PLS), deletion(run, BALANCER)];
    const deleted = await apply(run, { changes }, SYSTEM, OPTIONS);
    expect(deleted.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect([(await arm.send("GET", PLS)).status, (await arm.send("GET", BALANCER)).status]).toEqual([
      404, 404,
    ]);

    for (const { journalId = "" } of deleted.toReversed()) {
      const { plan, losses } = await planUndo(run, journalId);
      expect(losses.length).toBeGreaterThan(0);
      expect(await apply(run, plan, ADA, OPTIONS)).toMatchObject([{ outcome: "applied" }]);
    }
    const after = { pls: await get(PLS), balancer: await get(BALANCER) };
    expect(before.pls.properties.visibility.subscriptions).toEqual([PARTNER]);
    expect(after.pls.properties.visibility.subscriptions).toEqual([]);
    expect(after.pls.properties.alias).not.toBe(before.pls.properties.alias);
    const frontends = ({ properties }: any) =>
      properties.frontendIPConfigurations.map(({ name, properties: { subnet } }: any) => [name, subnet]);
    expect(frontends(after.balancer)).toEqual(frontends(before.balancer));
    expect(run.tables.journal.all().map(({ outcome }) => outcome)).toEqual(Array(4).fill("applied"));
  });
});
