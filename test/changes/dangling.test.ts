/** An entry that a crash left open, on a resource whose state may or may not be readable. */
import { beforeEach, describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { resolveDangling } from "../../shared/changes/dangling.ts";
import { closeEntry, listJournal, openEntry } from "../../shared/changes/journalStore.ts";
import { inParts, oneByOne } from "../../shared/changes/parts.ts";
import type { Change } from "../../shared/changes/plan.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { NotYet, Refused } from "../../shared/core/errors.ts";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import { pls, plsIdIn } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const BROKEN = plsIdIn("broken");
const OTHER = plsIdIn("other");
const CAUSE = { why: "test", who: "system", correlationId: "c" };

const body = () => ({
  tags: { ...pls().tags },
  properties: { provisioningState: "Succeeded", visibility: { subscriptions: ["*"] } },
});
const change = (resourceId: string): Change => ({
  action: "update",
  capability: "privateLinkServices",
  resourceId,
  cluster: "one",
  reason: "declared otherwise",
  evidence: [
    { says: "so", source: "Kubernetes", atUtc: run.now().toISOString() },
    { says: "so in Azure", source: "Azure", atUtc: run.now().toISOString() },
  ],
  edits: [{ path: "properties.visibility.subscriptions", before: ["*"], after: ["a"] }],
});

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

/** Its writer died a thousand seconds ago. */
async function crashed(resourceId: string): Promise<void> {
  await openEntry(run, change(resourceId), { cause: CAUSE, policyVersion: "1" });
  run.clock.advance(1000);
}

/** Reads of that resource fail from now on. */
function unreadable(resourceId: string, error: Error): void {
  const read = run.resources.read.bind(run.resources);
  run.resources.read = (id) =>
    canonicalId(id) === canonicalId(resourceId) ? Promise.reject(error) : read(id);
}

async function entries() {
  const all = await Array.fromAsync(listJournal(run));
  return Object.fromEntries(all.map(({ entry }) => [entry.change.resourceId, entry]));
}

const apply = (...ids: string[]) => {
  const plan = { changes: ids.map(change) };
  return inParts(createApply(run.resources), oneByOne(plan))(run, plan, CAUSE, { inSight: 10 });
};

const CAUSES: [string, Error][] = [
  ["the read is refused", new Refused("AuthorizationFailed")],
  ["the subscription was deleted", new Refused("SubscriptionNotFound")],
  ["ARM throttles", new NotYet("429", 30)],
  ["ARM fails", new Error("500")],
];

describe.each(CAUSES)("an entry that cannot be completed because %s", (_, error) => {
  beforeEach(async () => {
    for (const id of [BROKEN, OTHER]) run.resources.place(id, body());
    await crashed(BROKEN);
    await crashed(OTHER);
    unreadable(BROKEN, error);
  });

  test("stays open, and all others are completed", async () => {
    expect(await resolveDangling(run)).toBe(1);
    expect(await entries()).toMatchObject({
      [BROKEN]: { outcome: "intended" },
      [OTHER]: {
        outcome: "failed",
        why: "its writer ended before recording the result; the change was found not applied",
      },
    });
    expect(run.leases.names()).toEqual([]);
  });

  test("records the cause in the entry, unless it is transient", async () => {
    await resolveDangling(run);
    const { [BROKEN]: entry } = await entries();
    expect(entry?.why).toBe(error instanceof NotYet ? undefined : error.message);
  });

  test("blocks changes to its resource only", async () => {
    expect(await apply(BROKEN, OTHER)).toMatchObject([
      { outcome: "refused", guard: "journal-unresolved", why: expect.stringContaining(error.message) },
      { outcome: "applied" },
    ]);
  });

  test("is completed by the first run that can read its resource, and then blocks nothing", async () => {
    await resolveDangling(run);
    run.resources.read = Object.getPrototypeOf(run.resources).read.bind(run.resources);
    expect(await apply(BROKEN)).toMatchObject([{ outcome: "applied" }]);
    expect(run.resources.calls.count("write")).toBe(1);
    const outcomes = (await Array.fromAsync(listJournal(run))).map(({ entry }) => entry.outcome);
    expect(outcomes.toSorted()).toEqual(["applied", "failed", "failed"]);
  });
});

test("an entry that is completed keeps the state that was found, or none if nothing is there", async () => {
  run.resources.place(OTHER, body());
  await crashed(BROKEN);
  await crashed(OTHER);
  await resolveDangling(run);
  const { [BROKEN]: gone, [OTHER]: found } = await entries();
  expect([gone?.afterState, found?.afterState]).toEqual([undefined, `${found?.id}/found.json`]);
  expect(run.states.states.get(found?.afterState ?? "")).toEqual(body());
});

test("an entry that its writer completes after all is left as its writer completed it", async () => {
  run.resources.place(BROKEN, body());
  const opened = await openEntry(run, change(BROKEN), { cause: CAUSE, policyVersion: "1" });
  run.clock.advance(1000);
  const acquire = run.leases.acquire.bind(run.leases);
  run.leases.acquire = async (...args) => {
    await closeEntry(run, opened, { outcome: "refused", why: "403" });
    return acquire(...args);
  };
  expect(await resolveDangling(run)).toBe(1);
  expect(await entries()).toMatchObject({ [BROKEN]: { outcome: "refused", why: "403" } });
});

describe("an entry whose writer ended before Azure finished", () => {
  const inState = (provisioningState: string) => ({
    ...body(),
    properties: { ...body().properties, provisioningState },
  });
  const outcomeOf = async (id: string) => (await entries())[id]?.outcome;
  beforeEach(async () => {
    run.resources.place(BROKEN, body());
    run.resources.place(OTHER, body());
    const opened = await openEntry(run, change(BROKEN), { cause: CAUSE, policyVersion: "1" });
    await closeEntry(run, opened, { outcome: "unknown", why: "the operation is still running" });
  });

  test.each(["Updating", "Deleting", "Creating", "AddedByAzureTomorrow", ""])(
    "stays open while the resource is '%s', and blocks only it",
    async (state) => {
      run.resources.place(BROKEN, inState(state));
      run.clock.advance(1000);
      expect(await resolveDangling(run)).toBe(0);
      expect(await outcomeOf(BROKEN)).toBe("unknown");
      expect(await apply(BROKEN, OTHER)).toMatchObject([
        { outcome: "refused", guard: "journal-unresolved" },
        { outcome: "applied" },
      ]);
    },
  );

  test.each(["Succeeded", "Failed", "Canceled"])(
    "has failed if the resource is %s without it 15 minutes later, and not before: Azure may still make it",
    async (state) => {
      run.resources.place(BROKEN, inState(state));
      run.clock.advance(899);
      expect(await resolveDangling(run)).toBe(0);
      expect(await apply(BROKEN, OTHER)).toMatchObject([
        { outcome: "refused", guard: "journal-unresolved", why: expect.stringContaining("until 20") },
        { outcome: "applied" },
      ]);
      run.clock.advance(1);
      expect(await resolveDangling(run)).toBe(1);
      expect(await outcomeOf(BROKEN)).toBe("failed");
    },
  );

  test("is no finding at once: Azure may need some minutes", async () => {
    run.resources.place(BROKEN, inState("Updating"));
    await runAudit(run, { who: "me", why: "test" });
    expect(run.tables.findings.all().filter(({ check }) => check === "journal-unresolved")).toEqual([]);
    run.clock.advance(2 * 3600);
    await runAudit(run, { who: "me", why: "test" });
    expect(run.tables.findings.all().filter(({ check }) => check === "journal-unresolved")).toHaveLength(1);
  });
});

describe("an entry of a crashed writer whose change is found applied", () => {
  const repaired = { ...body(), properties: { ...body().properties, visibility: { subscriptions: ["a"] } } };
  test("counts towards the limit of repairs, once", async () => {
    run.resources.place(BROKEN, repaired);
    await crashed(BROKEN);
    await resolveDangling(run);
    await resolveDangling(run);
    expect(run.tables.touches.all()).toMatchObject([{ who: "mooring", operation: "repair" }]);
  });

  test("of a delete: what was created again with the same name is another resource", async () => {
    const withGuid = (resourceGuid: string) => ({
      ...body(),
      properties: { ...body().properties, resourceGuid },
    });
    run.resources.place(BROKEN, withGuid("new"));
    const { edits: _none, ...rest } = change(BROKEN) as Change & { action: "update" };
    const deletion: Change = { ...rest, action: "delete", capability: "sweep" };
    await openEntry(run, deletion, { cause: CAUSE, policyVersion: "1", before: withGuid("old") });
    run.clock.advance(1000);
    expect(await resolveDangling(run)).toBe(1);
    expect((await entries())[BROKEN]?.outcome).toBe("applied");
  });
});

test("an entry of a crashed writer stays open while Azure changes the resource", async () => {
  run.resources.place(BROKEN, {
    ...body(),
    properties: { ...body().properties, provisioningState: "Updating" },
  });
  await crashed(BROKEN);
  expect(await resolveDangling(run)).toBe(0);
  expect(await entries()).toMatchObject({ [BROKEN]: { outcome: "intended" } });
});

test("an entry that was removed meanwhile blocks nothing", async () => {
  run.resources.place(BROKEN, body());
  await crashed(BROKEN);
  const { journal } = run.tables;
  journal.get = () => Promise.resolve(undefined);
  expect(await apply(BROKEN)).toMatchObject([{ outcome: "applied" }]);
});

test("an entry that was opened 15 minutes ago has lost its writer, and not one moment before", async () => {
  await openEntry(run, change(BROKEN), { cause: CAUSE, policyVersion: "1" });
  run.clock.advance(899.999);
  expect(await resolveDangling(run)).toBe(0);
  run.clock.advance(0.001);
  expect(await resolveDangling(run)).toBe(1);
});

test.each([
  ["the resource itself", BROKEN, true],
  ["the same in another case", BROKEN.toUpperCase(), true],
  ["what it contains", `${BROKEN}/privateEndpointConnections/pe`, true],
  ["what contains it", BROKEN.replace(/\/privateLinkServices\/.*/, ""), true],
  ["one whose name begins alike", `${BROKEN}-two`, false],
  ["another", OTHER, false],
])("an open entry and a change to %s", async (_, id, isBlocked) => {
  await crashed(BROKEN);
  unreadable(BROKEN, new Refused("403"));
  const [result] = await apply(id);
  expect(result?.guard === "journal-unresolved").toBe(isBlocked);
});

test("an entry whose writer still holds the lease is left to it, whatever the clocks show", async () => {
  run.resources.place(BROKEN, body());
  await openEntry(run, change(BROKEN), { cause: CAUSE, policyVersion: "1" });
  run.clock.nowUtc = "2026-11-24T12:00:00.000Z";
  await run.leases.acquire(canonicalId(BROKEN), "writer");
  expect(await resolveDangling(run)).toBe(0);
  expect(await entries()).toMatchObject({ [BROKEN]: { outcome: "intended" } });
  expect(run.resources.calls.count("read")).toBe(0);
});

test("the audit reports an open entry with its resource and the cause", async () => {
  await crashed(BROKEN);
  unreadable(BROKEN, new Refused("AuthorizationFailed"));
  await resolveDangling(run);
  await runAudit(run, { who: "me", why: "test" });
  const found = run.tables.findings.all().filter(({ check }) => check === "journal-unresolved");
  expect(found).toMatchObject([
    { about: BROKEN, severity: "error", message: expect.stringMatching(/for broken .*AuthorizationFailed$/) },
  ]);
});

test("a part that throws anything does not stop the others, and is thrown if nothing was written", async () => {
  for (const id of [BROKEN, OTHER]) run.resources.place(id, body());
  unreadable(BROKEN, new TypeError("unexpected answer"));
  expect(await apply(BROKEN, OTHER)).toMatchObject([
    { outcome: "failed", why: "unexpected answer" },
    { outcome: "applied" },
  ]);
  await expect(apply(BROKEN)).rejects.toThrow("unexpected answer");
});
