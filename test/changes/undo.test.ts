/** The way back: planned from the journal, applied like any change, and honest about what cannot return. */
import { beforeEach, describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import type { JournalEntry } from "../../shared/changes/journal.ts";
import type { Change, Edit } from "../../shared/changes/plan.ts";
import type { JsonObject } from "../../shared/ports/resources.ts";
import { restorable } from "../../shared/changes/restorable.ts";
import { findEntry, isUndoable, isUndoOf, lossesOf, planUndo } from "../../shared/changes/undo.ts";
import { ResultUnknown } from "../../shared/core/errors.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { balancerId, connection, pls, plsIdIn, PARTNER } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import { ADA, deletion, OPTIONS, SYSTEM } from "../builders/undoing.ts";

describe("is refused, with the reason,", () => {
  async function journalled(change: (run: MemoryRun) => Change): Promise<[MemoryRun, string]> {
    const run = memoryRun();
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    const state = { status: "Pending", description: "" };
    for (const id of [plsIdIn("pls"), connection().id])
      run.resources.place(id, {
        tags: { ...pls().tags },
        properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState: state },
      });
    const [applied] = await createApply(run.resources)(run, { changes: [change(run)] }, SYSTEM, OPTIONS);
    return [run, applied?.journalId ?? ""];
  }

  test("of what never was", async () =>
    expect(planUndo(memoryRun(), "nothing")).rejects.toThrow("there is no journal entry nothing"));

  test("of a consumer's connection", async () => {
    const [run, id] = await journalled((one) => deletion(one, connection().id));
    await expect(planUndo(run, id)).rejects.toThrow("cannot be restored: its consumer must request it again");
  });

  test("where something else has taken the place since", async () => {
    const [run, id] = await journalled((one) => deletion(one, plsIdIn("pls")));
    const { plan } = await planUndo(run, id);
    run.resources.place(plsIdIn("pls"), {
      tags: { ...pls().tags },
      properties: { provisioningState: "Updating" },
    });
    expect(await createApply(run.resources)(run, plan, ADA, OPTIONS)).toMatchObject([
      { outcome: "refused", why: "the resource already exists" },
    ]);
  });

  test("while writing is frozen, like any other change", async () => {
    const [run, id] = await journalled((one) => deletion(one, plsIdIn("pls")));
    await applyPolicy(run, {
      freeze: [{ fromUtc: "2026-11-23T00:00:00Z", toUtc: "2026-11-24T00:00:00Z", why: "release" }],
    });
    const { plan } = await planUndo(run, id);
    expect(await createApply(run.resources)(run, plan, ADA, OPTIONS)).toMatchObject([
      { outcome: "refused", why: "frozen: frozen until 2026-11-24T00:00:00Z: release" },
    ]);
  });
});

describe("of a delete whose result is unknown", () => {
  async function lost(): Promise<[MemoryRun, string]> {
    const run = memoryRun();
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    run.resources.place(plsIdIn("pls"), {
      tags: { ...pls().tags },
      properties: { provisioningState: "Succeeded" },
    });
    run.resources.remove = () => Promise.reject(new ResultUnknown("no response to the write"));
    const plan = { changes: [deletion(run, plsIdIn("pls"))] };
    await expect(createApply(run.resources)(run, plan, SYSTEM, OPTIONS)).rejects.toThrow(ResultUnknown);
    const [row] = await Array.fromAsync(run.tables.journal.list("all"));
    return [run, row?.value.id ?? ""];
  }

  test("is planned as soon as the resource is found deleted", async () => {
    const [run, id] = await lost();
    run.resources.vanish(plsIdIn("pls"));
    expect((await planUndo(run, id)).plan.changes).toMatchObject([{ action: "create" }]);
  });

  test("is refused with the cause while the resource still exists", async () => {
    const [run, id] = await lost();
    await expect(planUndo(run, id)).rejects.toThrow(
      `the result of journal entry ${id} is pending (no response to the write): retry in a few minutes`,
    );
  });
});

/** A repair of the visibility of a Private Link Service, and its undo. */
async function undoRepair(before: string[], after: string[]) {
  const run = memoryRun();
  const path = "properties.visibility.subscriptions";
  run.resources.place(plsIdIn("pls"), {
    tags: { ...pls().tags },
    properties: { provisioningState: "Succeeded", visibility: { subscriptions: before } },
  });
  const { action: _, ...rest } = deletion(run, plsIdIn("pls"));
  const repair: Change = {
    ...rest,
    action: "update",
    capability: "privateLinkServices",
    edits: [{ path, before, after }],
  };
  const [{ journalId = "" } = {}] = await createApply(run.resources)(
    run,
    { changes: [repair] },
    SYSTEM,
    OPTIONS,
  );
  const { plan, losses } = await planUndo(run, journalId.slice(0, 4));
  const [done] = await createApply(run.resources)(run, plan, ADA, OPTIONS);
  const { properties } = run.resources.bodyOf(plsIdIn("pls")) as { properties: { visibility: JsonObject } };
  return { losses, outcome: done?.outcome, visible: properties.visibility["subscriptions"] };
}

test("an undo of an automatic change states that Mooring will repeat it", async () => {
  expect(await undoRepair([], [PARTNER])).toEqual({
    losses: [expect.stringMatching(/^Mooring will repair it again/)],
    outcome: "applied",
    visible: [],
  });
});

describe("the undo of a visibility", () => {
  test.each<[string, string[], string[], string[]]>([
    ["takes back what was added", ["a"], ["a", "b"], ["a"]],
    ["does not add what was removed", ["a", "c"], ["a", "b"], ["a"]],
    ["compares subscriptions without case", ["A", "c"], ["a", "b"], ["a"]],
    ["from everyone to a list is narrower", ["a"], ["*"], ["a"]],
  ])("%s", async (_, before, after, expected) =>
    expect(await undoRepair(before, after)).toMatchObject({ outcome: "applied", visible: expected }),
  );

  test("states what it does not add", async () => {
    const { losses } = await undoRepair(["a", "c"], ["a", "b"]);
    expect(losses[0]).toMatch(/^Access of c is not restored: it follows the annotations of the Service/);
  });

  test.each<[string, string[], string[]]>([
    ["to everyone", ["*"], [PARTNER]],
    ["to a subscription", ["a", PARTNER], ["a"]],
    ["to a first one", [PARTNER], []],
  ])("is refused if it would only give access %s", async (_, before, after) =>
    expect(undoRepair(before, after)).rejects.toThrow("nothing can be undone. Access of"),
  );
});

describe("of the removal of a frontend", () => {
  const LISTS = ["frontendIPConfigurations", "loadBalancingRules"] as const;
  const item = (name: string, own: JsonObject = {}) => ({
    name,
    properties: { provisioningState: "Succeeded", ...own },
  });
  const whole = () => ({
    properties: {
      provisioningState: "Succeeded",
      frontendIPConfigurations: [item("dead", { loadBalancingRules: [{ id: "r" }] }), item("living")],
      loadBalancingRules: [item("dead-80"), item("living-80")],
    },
  });
  const removal = (run: MemoryRun): Change => {
    const { action: _, ...rest } = deletion(run, balancerId());
    const edits: Edit[] = [
      { path: `properties.${LISTS[1]}`, remove: ["dead-80"] },
      { path: `properties.${LISTS[0]}`, remove: ["dead"] },
    ];
    return { ...rest, action: "update", edits, confirmedSequence: 3 };
  };
  const editsOf = (change: Change) => (change.action === "update" ? change.edits : []);
  let run: MemoryRun;
  let journalId: string;
  beforeEach(async () => {
    run = memoryRun();
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    run.resources.place(balancerId(), whole());
    const { confirmedSequence: _none, ...planned } = removal(run);
    const tag: Edit = { path: "tags.note", before: undefined, after: "x" };
    const change: Change = { ...planned, action: "update", edits: [...editsOf(planned), tag] };
    const [done] = await createApply(run.resources)(run, { changes: [change] }, SYSTEM, OPTIONS);
    expect(done).toMatchObject({ outcome: "applied" });
    journalId = done?.journalId ?? "";
  });

  test("restores what was removed and nothing else, the frontend before its rule", async () => {
    const { plan, losses } = await planUndo(run, journalId);
    expect(plan.changes).toMatchObject([
      {
        action: "update",
        capability: "sweep",
        resourceId: balancerId(),
        reason: `undo of ${journalId} (an orphan)`,
        evidence: [{ source: "journal" }, { source: "operator" }],
        edits: [
          { path: "properties.frontendIPConfigurations", add: [{ name: "dead", properties: {} }] },
          { path: "properties.loadBalancingRules", add: [{ name: "dead-80", properties: {} }] },
        ],
      },
    ]);
    expect(losses).toEqual([expect.stringContaining("A dynamic address may change")]);
  });

  test("is applied without final verification, and brings the lists back", async () => {
    const { plan } = await planUndo(run, journalId);
    const [done] = await createApply(run.resources)(run, plan, ADA, { inSight: 1 });
    expect(done).toMatchObject({ outcome: "applied" });
    const { properties } = run.resources.bodyOf(balancerId()) as {
      properties: Record<string, { name: string }[]>;
    };
    expect(LISTS.map((list) => properties[list]?.map(({ name }) => name))).toEqual([
      ["living", "dead"],
      ["living-80", "dead-80"],
    ]);
  });

  test("does not depend on what the cluster confirmed", async () => {
    const [row] = await Array.fromAsync(run.tables.journal.list("all"));
    if (!row) throw new Error("no entry");
    const value = { ...row.value, change: removal(run) };
    await run.tables.journal.transact("all", [{ do: "put", key: row.key, value }]);
    const { plan } = await planUndo(run, journalId);
    expect(plan.changes[0]).not.toHaveProperty("confirmedSequence");
  });
});

describe("the journal entry", () => {
  const entry = (id: string, some: Partial<JournalEntry> = {}): JournalEntry => ({
    id,
    change: deletion(memoryRun(), plsIdIn("pls")),
    cause: SYSTEM,
    policyVersion: "1",
    outcome: "applied",
    intendedAtUtc: "2026-11-23T12:00:00.000Z",
    beforeState: "s",
    ...some,
  });
  const withEntries = async (...entries: JournalEntry[]) => {
    const run = memoryRun();
    for (const one of entries)
      await run.tables.journal.transact("all", [{ do: "put", key: one.id, value: one }]);
    return run;
  };

  test.each([
    ["is named by its id", "abc", "abc"],
    ["is named by the beginning of its id", "abd", "abd"],
    ["whose id begins another one's is named by its id", "ab", "ab"],
  ])("%s", async (_, selector, id) => {
    const run = await withEntries(entry("abc"), entry("ab"), entry("abd"));
    expect((await findEntry(run, selector)).id).toBe(id);
  });

  test("is named by the beginning of its id among others", async () => {
    const run = await withEntries(entry("xyz"), entry("abc"), entry("wvu"));
    expect((await findEntry(run, "ab")).id).toBe("abc");
  });

  test("is not named by a beginning that several have", async () => {
    const run = await withEntries(entry("abc"), entry("abd"));
    await expect(findEntry(run, "ab")).rejects.toThrow("2 journal entries begin with ab");
  });

  test.each<[string, Partial<JournalEntry>, string]>([
    [
      "that was refused",
      { outcome: "refused" },
      "journal entry x was refused: only an applied change can be undone",
    ],
    ["whose result is unknown", { outcome: "unknown" }, "the result of journal entry x is pending"],
    [
      "of a resource that was created",
      { change: { ...deletion(memoryRun(), plsIdIn("pls")), action: "create", body: {} } },
      "journal entry x created a resource; Mooring never deletes a resource that may be in use",
    ],
    [
      "of a decision about a connection",
      {
        change: {
          ...deletion(memoryRun(), connection().id),
          capability: "connections",
          action: "update",
          edits: [{ path: "properties.status", before: "Pending", after: "Approved" }],
        },
      },
      "Azure cannot set a connection back to Pending",
    ],
  ])("%s cannot be undone", async (_, some, why) => {
    const run = await withEntries(entry("x", some));
    await expect(planUndo(run, "x")).rejects.toThrow(why);
    expect(isUndoable(entry("x", some))).toBe(false);
  });

  const frontendRemoved: Change = {
    ...deletion(memoryRun(), balancerId()),
    action: "update",
    edits: [{ path: "properties.frontendIPConfigurations", remove: ["dead"] }],
  };
  test.each([
    ["of a delete whose state was never kept", undefined, undefined],
    ["of a delete whose state was removed since", "s", undefined],
    ["of a removal whose state was never kept", undefined, frontendRemoved],
    ["of a removal whose state was removed since", "s", frontendRemoved],
  ])("%s cannot be undone, with the reason", async (_, beforeState, change) => {
    const { beforeState: _none, ...bare } = entry("x", change && { change });
    const run = await withEntries({ ...bare, ...(beforeState !== undefined && { beforeState }) });
    await expect(planUndo(run, "x")).rejects.toThrow("journal entry x has no state to restore");
  });

  test("of a delete without a state is not offered for undo", () => {
    const { beforeState: _none, ...bare } = entry("x");
    expect(isUndoable(bare)).toBe(false);
  });

  const update = (some: Partial<Change>): Change => ({
    ...deletion(memoryRun(), plsIdIn("pls")),
    edits: [],
    ...some,
    action: "update",
  });
  test.each<[string, Change, boolean]>([
    ["the delete of a Private Link Service", deletion(memoryRun(), plsIdIn("pls")), true],
    ["the same in another case", deletion(memoryRun(), plsIdIn("pls").toUpperCase()), true],
    ["the delete of a load balancer", deletion(memoryRun(), balancerId()), true],
    ["the delete of a connection", deletion(memoryRun(), connection().id), false],
    ["the delete of what has no valid id", deletion(memoryRun(), "nonsense"), false],
    [
      "a repair that gave access",
      update({ capability: "privateLinkServices", edits: [{ path: "p", before: [], after: ["a"] }] }),
      true,
    ],
    [
      "a repair that took access away",
      update({ capability: "privateLinkServices", edits: [{ path: "p", before: ["a"], after: [] }] }),
      false,
    ],
    ["a rejection", update({ capability: "rejections" }), false],
    ["a frontend taken out", update({ edits: [{ path: "p", remove: ["dead"] }] }), true],
    ["a frontend put back", update({ edits: [{ path: "p", add: [{ name: "dead" }] }] }), false],
  ])("of %s: can be undone is %s", (_, change, expected) =>
    expect(isUndoable(entry("x", { change }))).toBe(expected),
  );

  test.each<[string, Change, number | undefined]>([
    ["a Private Link Service loses alias, consumers and access", deletion(memoryRun(), plsIdIn("pls")), 3],
    ["a load balancer loses its members and dynamic addresses", deletion(memoryRun(), balancerId()), 2],
    ["a frontend loses a dynamic address", update({}), 1],
    ["a connection cannot come back", deletion(memoryRun(), connection().id), undefined],
  ])("%s", (_, change, count) => expect(lossesOf(change)?.length).toBe(count));

  test.each<[string, string, JournalEntry["outcome"], boolean]>([
    ["applied", "undo of x (an orphan)", "applied", true],
    ["refused", "undo of x (an orphan)", "refused", false],
    ["of another one whose id begins alike", "undo of xy (an orphan)", "applied", false],
    ["that is none", "an orphan", "applied", false],
  ])("is undone by an undo %s", (_, reason, outcome, expected) => {
    const undo = entry("u", { outcome, change: { ...entry("u").change, reason } });
    expect(isUndoOf({ id: "x" }, undo)).toBe(expected);
  });
});

test("an undo that an operator requests twice restores the values in the reverse order of the edits", async () => {
  const run = memoryRun();
  const paths = ["properties.enableProxyProtocol", "properties.fqdns"];
  run.resources.place(plsIdIn("pls"), {
    tags: { ...pls().tags },
    properties: { provisioningState: "Succeeded", enableProxyProtocol: true, fqdns: ["b"] },
  });
  const { action: _, ...rest } = deletion(run, plsIdIn("pls"));
  const change: Change = {
    ...rest,
    action: "update",
    capability: "privateLinkServices",
    edits: [
      { path: paths[0] ?? "", before: true, after: false },
      { path: paths[1] ?? "", before: ["b"], after: [] },
    ],
  };
  const [{ journalId = "" } = {}] = await createApply(run.resources)(
    run,
    { changes: [change] },
    ADA,
    OPTIONS,
  );
  const { plan, losses } = await planUndo(run, journalId);
  expect(losses).toEqual([]);
  expect(plan.changes).toMatchObject([{ edits: paths.toReversed().map((path) => ({ path })) }]);
});

test("a body is restored without what Azure alone sets, wherever it stands", () => {
  const rule = { id: "rule" };
  expect(
    restorable({
      name: "kubernetes-internal",
      etag: "1",
      sku: { name: "Standard" },
      properties: {
        provisioningState: "Succeeded",
        resourceGuid: "g",
        alias: "a",
        networkInterfaces: [{ id: "nic" }],
        privateEndpointConnections: [{ id: "pe" }],
        loadBalancingRules: [
          { name: "rule", etag: "2", properties: { provisioningState: "Succeeded", backendPort: 80 } },
        ],
        frontendIPConfigurations: [
          {
            name: "f",
            zones: null,
            properties: {
              subnet: { id: "subnet" },
              loadBalancingRules: [rule],
              inboundNatRules: [rule],
              inboundNatPools: [rule],
              outboundRules: [rule],
            },
          },
          "text",
          { name: "bare" },
        ],
        backendAddressPools: [{ name: "p", properties: { backendIPConfigurations: [{ id: "nic" }] } }],
        tunnels: { resourceGuid: "g", loadBalancingRules: [rule] },
        note: null,
      },
    }),
  ).toEqual({
    name: "kubernetes-internal",
    sku: { name: "Standard" },
    properties: {
      loadBalancingRules: [{ name: "rule", properties: { backendPort: 80 } }],
      frontendIPConfigurations: [
        { name: "f", zones: null, properties: { subnet: { id: "subnet" } } },
        "text",
        { name: "bare" },
      ],
      backendAddressPools: [{ name: "p", properties: {} }],
      tunnels: { loadBalancingRules: [rule] },
      note: null,
    },
  });
  expect(restorable({ name: "x" })).toEqual({ name: "x", properties: {} });
});
