/** The way back: planned from the journal, applied like any change, and honest about what cannot return. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openResources } from "../../shared/azure/resources.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { Change } from "../../shared/changes/plan.ts";
import type { ResourceReader, ResourceWriter } from "../../shared/changes/resources.ts";
import { planUndo } from "../../shared/changes/undo.ts";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import { BALANCER, LINK, linkBody, linkedArm, type TestArm } from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { connection, link, linkIdIn, PARTNER } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const SYSTEM = { why: "sweep", who: "system", correlationId: "c" };
const ADA = { why: "undo", who: "ada", correlationId: "c" };
const OPTIONS = { inSight: 10, stillTrue: async () => undefined };

const deletion = (run: MemoryRun, resourceId: string): Change => ({
  action: "delete",
  capability: "sweep",
  resourceId,
  cluster: "one",
  reason: "an orphan",
  evidence: [
    { says: "proved", source: "Kubernetes", atUtc: run.now().toISOString() },
    { says: "proved in Azure", source: "Azure", atUtc: run.now().toISOString() },
  ],
});

describe("of a delete, on the sandbox", () => {
  let directory: string;
  let arm: TestArm;
  let served: ServedArm;
  let run: MemoryRun;
  let resources: ResourceReader & ResourceWriter;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "mooring-undo-"));
    arm = await linkedArm();
    await arm.put(LINK, {
      ...linkBody({ visibility: { subscriptions: [PARTNER] } }),
      tags: { ...link().tags },
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

  test("link and load balancer come back as they were, in the order of their need", async () => {
    const before = { link: await get(LINK), balancer: await get(BALANCER) };
    const apply = createApply(resources);
    const changes = [deletion(run, LINK), deletion(run, BALANCER)];
    const deleted = await apply(run, { changes }, SYSTEM, OPTIONS);
    expect(deleted.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect([(await arm.send("GET", LINK)).status, (await arm.send("GET", BALANCER)).status]).toEqual([
      404, 404,
    ]);

    for (const { journalId = "" } of deleted.toReversed()) {
      const { plan, losses } = await planUndo(run, journalId);
      expect(losses.length).toBeGreaterThan(0);
      expect(await apply(run, plan, ADA, OPTIONS)).toMatchObject([{ outcome: "applied" }]);
    }
    const after = { link: await get(LINK), balancer: await get(BALANCER) };
    expect(after.link.properties.visibility).toEqual(before.link.properties.visibility);
    expect(after.link.properties.alias).not.toBe(before.link.properties.alias);
    const frontends = ({ properties }: any) =>
      properties.frontendIPConfigurations.map(({ name, properties: { subnet } }: any) => [name, subnet]);
    expect(frontends(after.balancer)).toEqual(frontends(before.balancer));
    expect(run.tables.journal.all().map(({ outcome }) => outcome)).toEqual(Array(4).fill("applied"));
  });
});

describe("is refused, with the reason,", () => {
  async function journalled(change: (run: MemoryRun) => Change): Promise<[MemoryRun, string]> {
    const run = memoryRun();
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    const state = { status: "Pending", description: "" };
    for (const id of [linkIdIn("pls"), connection().id])
      run.resources.place(id, {
        tags: { ...link().tags },
        properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState: state },
      });
    const [applied] = await createApply(run.resources)(run, { changes: [change(run)] }, SYSTEM, OPTIONS);
    return [run, applied?.journalId ?? ""];
  }

  test("of what never was", async () =>
    expect(planUndo(memoryRun(), "nothing")).rejects.toThrow("there is no journal entry nothing"));

  test("of a consumer's connection", async () => {
    const [run, id] = await journalled((one) => deletion(one, connection().id));
    await expect(planUndo(run, id)).rejects.toThrow("cannot come back: its consumer must ask for it again");
  });

  test("where something else has taken the place since", async () => {
    const [run, id] = await journalled((one) => deletion(one, linkIdIn("pls")));
    const { plan } = await planUndo(run, id);
    run.resources.place(linkIdIn("pls"), {
      tags: { ...link().tags },
      properties: { provisioningState: "Updating" },
    });
    expect(await createApply(run.resources)(run, plan, ADA, OPTIONS)).toMatchObject([
      { outcome: "refused", why: "something is there already" },
    ]);
  });

  test("while writing is frozen, like any other change", async () => {
    const [run, id] = await journalled((one) => deletion(one, linkIdIn("pls")));
    await applyPolicy(run, {
      freeze: [{ fromUtc: "2026-11-23T00:00:00Z", toUtc: "2026-11-24T00:00:00Z", why: "release" }],
    });
    const { plan } = await planUndo(run, id);
    expect(await createApply(run.resources)(run, plan, ADA, OPTIONS)).toMatchObject([
      { outcome: "refused", why: "frozen: frozen until 2026-11-24T00:00:00Z: release" },
    ]);
  });
});

test("an undo of what Mooring does by itself says that it will be done again", async () => {
  const run = memoryRun();
  const path = "properties.visibility.subscriptions";
  run.resources.place(linkIdIn("pls"), {
    tags: { ...link().tags },
    properties: { provisioningState: "Succeeded", visibility: { subscriptions: ["*"] } },
  });
  const { action: _, ...rest } = deletion(run, linkIdIn("pls"));
  const repair: Change = {
    ...rest,
    action: "update",
    capability: "links",
    edits: [{ path, before: ["*"], after: [PARTNER] }],
  };
  const [{ journalId = "" } = {}] = await createApply(run.resources)(
    run,
    { changes: [repair] },
    SYSTEM,
    OPTIONS,
  );
  const { plan, losses } = await planUndo(run, journalId.slice(0, 4));
  expect(losses).toEqual([expect.stringMatching(/^Mooring will put it right again/)]);
  expect(plan.changes).toMatchObject([{ edits: [{ path, before: [PARTNER], after: ["*"] }] }]);
});
