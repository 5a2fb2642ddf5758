import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { resolveDangling } from "../../shared/changes/dangling.ts";
import type { Change, Edit } from "../../shared/changes/plan.ts";
import type { JsonObject } from "../../shared/ports/resources.ts";
import { stopWriting } from "../../shared/changes/stop.ts";
import { Conflict, NotYet, Refused, ResultUnknown } from "../../shared/core/errors.ts";
import { hold } from "../../shared/orphans/hold.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { balancerId, connection, frontend, pls, plsIdIn } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const ID = plsIdIn("pls");
const CAUSE = { why: "test", who: "system", correlationId: "c-1" };
const OPTIONS = { inSight: 10 };
const edit: Edit = { path: "properties.visibility.subscriptions", before: ["*"], after: ["a", "b"] };

const body = (some: JsonObject = {}): JsonObject => ({
  name: "pls",
  tags: { ...pls().tags },
  unknownToUs: { kept: [1, { x: null }] },
  properties: { provisioningState: "Succeeded", visibility: { subscriptions: ["*"] }, fqdns: [], ...some },
});
const base = {
  capability: "privateLinkServices",
  resourceId: ID,
  cluster: "one",
  reason: "declared otherwise",
  evidence: [
    { says: "so", source: "Kubernetes", atUtc: "2026-11-23T12:00:00.000Z" },
    { says: "so in Azure", source: "Azure", atUtc: "2026-11-23T12:00:00.000Z" },
  ],
} as const;
const update = (some: Partial<Change> = {}): Change => ({
  ...base,
  edits: [edit],
  ...some,
  action: "update",
});
const deletion = (some: Partial<Change> = {}): Change => ({
  ...base,
  capability: "sweep",
  ...some,
  action: "delete",
});

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
  run.resources.place(ID, body());
});

function apply(changes: Change[], options = {}) {
  return createApply(run.resources)(run, { changes }, CAUSE, { ...OPTIONS, ...options });
}

const outcomes = (results: readonly { outcome: string }[]) => results.map(({ outcome }) => outcome);

describe("a change that may be made", () => {
  test("is written, and everything else of the resource stays as it was", async () => {
    expect(outcomes(await apply([update()]))).toEqual(["applied"]);
    expect(run.resources.bodyOf(ID)).toEqual({
      ...body(),
      properties: { provisioningState: "Succeeded", visibility: { subscriptions: ["a", "b"] }, fqdns: [] },
    });
  });

  test("is in the journal with the complete resource before and after, and who requested it", async () => {
    await apply([update()]);
    const [entry] = run.tables.journal.all();
    expect(entry).toMatchObject({
      outcome: "applied",
      cause: CAUSE,
      policyVersion: "default",
      change: { resourceId: ID },
    });
    expect(await run.states.load(entry?.beforeState ?? "")).toEqual(body());
    expect(await run.states.load(entry?.afterState ?? "")).toEqual(run.resources.bodyOf(ID));
  });

  test("is written ahead: the journal has it before Azure does", async () => {
    const order: string[] = [];
    run.resources.calls.calls.push = (...calls) => order.push(...calls.map(([name]) => name));
    run.tables.journal.calls.calls.push = () => order.push("journal");
    await apply([update()]);
    // The first looks for entries that a crash left open.
    expect(order).toEqual(["journal", "read", "locks", "journal", "write", "journal"]);
  });

  test("is not written a second time", async () => {
    await apply([update()]);
    const again = await apply([update()]);
    expect(again).toMatchObject([{ outcome: "applied", why: "up to date" }]);
    expect(run.resources.calls.count("write")).toBe(1);
  });
});

describe("a declaration and the last write of its resource", () => {
  const confirm = (sequence: number) =>
    run.tables.feeds.transact("all", [{ do: "put", key: "one", value: { cluster: "one", sequence } }]);
  const tried = async (confirmedSequence: number) => outcomes(await apply([update({ confirmedSequence })]));

  test("a narrower list needs one source, and a confirmation all the same", async () => {
    const narrower = { path: edit.path, before: ["*"], after: [] };
    expect(
      outcomes(await apply([update({ edits: [narrower], evidence: base.evidence.slice(0, 1) })])),
    ).toEqual(["applied"]);
  });

  test("what was confirmed under a later number than the version was seen at is applied", async () => {
    await confirm(7);
    expect(await tried(7)).toEqual(["refused"]);
    expect(await tried(7)).toEqual(["refused"]);
    expect(await tried(8)).toEqual(["applied"]);
  });

  test("every write in between begins the wait again", async () => {
    await confirm(7);
    await tried(7);
    run.resources.place(ID, body());
    await confirm(9);
    expect(await tried(8)).toEqual(["refused"]);
    expect(await tried(9)).toEqual(["refused"]);
    expect(await tried(10)).toEqual(["applied"]);
  });
});

describe("what an operator protects", () => {
  const PE = connection().id;
  const STATUS = "properties.privateLinkServiceConnectionState.status";
  const approval: Change = {
    ...base,
    action: "update",
    capability: "connections",
    resourceId: PE,
    edits: [{ path: STATUS, before: "Pending", after: "Approved" }],
  };
  const on = (id: string) => () => hold(run, id, { who: "ann", why: "incident" });
  const placePls = (tags: JsonObject = {}) =>
    run.resources.place(ID, {
      ...body({ loadBalancerFrontendIpConfigurations: [{ id: frontend().id }] }),
      tags: { ...pls().tags, ...tags },
    });
  const placeBalancer = (tags: JsonObject) => run.resources.place(balancerId(), { tags, properties: {} });
  const tagBalancer = () => placeBalancer({ mooring: "OFF" });
  const tagPls = () => placePls({ mooring: "off" });
  const decide = async (change: Change, who: string) => {
    const cause = { ...CAUSE, who };
    const [result] = await createApply(run.resources)(run, { changes: [change] }, cause, OPTIONS);
    return [result?.outcome, result?.guard].join(" ").trim();
  };
  beforeEach(() => {
    placePls();
    placeBalancer({});
    run.resources.place(PE, { properties: { privateLinkServiceConnectionState: { status: "Pending" } } });
  });

  test.each<[string, () => unknown, Change, string, string]>([
    ["a hold on the Private Link Service", on(ID), update(), "refused held", "applied"],
    ["a hold on its load balancer", on(balancerId()), update(), "refused held", "applied"],
    ["a hold on its frontend", on(frontend().id), update(), "refused held", "applied"],
    ["a hold on a connection of it", on(PE), update(), "refused held", "applied"],
    ["a hold on another frontend", on(`${frontend().id}x`), update(), "applied", "applied"],
    ["off on its load balancer", tagBalancer, update(), "refused held", "refused held"],
    ["a hold on the connection", on(PE), approval, "refused held", "applied"],
    ["a hold on another connection", on(`${PE}x`), approval, "applied", "applied"],
    ["a hold on the connection's Private Link Service", on(ID), approval, "refused held", "applied"],
    ["a hold on the connection's load balancer", on(balancerId()), approval, "refused held", "applied"],
    ["off on the connection's Private Link Service", tagPls, approval, "refused held", "refused held"],
    ["off on the connection's load balancer", tagBalancer, approval, "refused held", "refused held"],
    ["no load balancer", () => run.resources.vanish(balancerId()), update(), "applied", "applied"],
    [
      "no Private Link Service",
      () => run.resources.vanish(ID),
      approval,
      "refused unreadable",
      "refused unreadable",
    ],
    ["nothing", () => {}, approval, "applied", "applied"],
  ])("%s", async (_, arrange, change, automatic, manual) => {
    await arrange();
    const before = run.resources.bodyOf(change.resourceId) ?? {};
    expect(await decide(change, "system")).toBe(automatic);
    run.resources.place(change.resourceId, before);
    expect(await decide(change, "ann@example.com")).toBe(manual);
  });

  test.each([update(), approval])(
    "a load balancer that may not be read refuses the change",
    async (change) => {
      const reader = run.resources.read.bind(run.resources);
      const isBalancer = (id: string) => id.toLowerCase() === balancerId().toLowerCase();
      run.ports.resources.read = (id) => (isBalancer(id) ? Promise.reject(new Refused("403")) : reader(id));
      expect(await decide(change, "system")).toBe("refused unreadable");
      expect(run.resources.calls.count("write")).toBe(0);
    },
  );
});

describe("a change that may not be made", () => {
  const placed = (some: JsonObject) => () => void run.resources.place(ID, { ...body(), ...some });
  test.each<[string, () => unknown, Change, object, string]>([
    [
      "mode observe, the default of everything that deletes",
      () => {},
      deletion(),
      {},
      "observed: mode of sweep is observe",
    ],
    [
      "a cluster out of scope",
      () => applyPolicy(run, { scope: { privateLinkServices: { clusters: ["two"] } } }),
      update(),
      {},
      "observed: cluster one is not in scope",
    ],
    [
      "an excluded resource group",
      () => applyPolicy(run, { scope: { privateLinkServices: { excludeResourceGroups: ["mc_ONE"] } } }),
      update(),
      {},
      "observed: resource group MC_one is excluded",
    ],
    [
      "a subscription out of scope",
      () => applyPolicy(run, { scope: { privateLinkServices: { subscriptions: ["x"] } } }),
      update(),
      {},
      "observed: subscription 11111111-1111-1111-1111-111111111111 is not in scope",
    ],
    [
      "a name that is excluded by a pattern",
      () => applyPolicy(run, { scope: { privateLinkServices: { excludeNames: ["P*s"] } } }),
      update(),
      {},
      "observed: name pls is excluded",
    ],
    [
      "an unknown namespace where only some are in scope",
      () => applyPolicy(run, { scope: { privateLinkServices: { namespaces: ["shop"] } } }),
      update(),
      {},
      "observed: namespace (unknown) is not in scope",
    ],
    [
      "a tag that policy excludes",
      () => {
        placed({ tags: { Team: "Core" } })();
        return applyPolicy(run, { scope: { privateLinkServices: { excludeTags: ["team=core"] } } });
      },
      update(),
      {},
      "refused: tagged: the resource is tagged team=core, which policy excludes",
    ],
    [
      "a Private Link Service that the controller does not mark as its own",
      placed({ tags: { "k8s-azure-cluster-name": "kubernetes" } }),
      update(),
      {},
      "refused: not-ours: the controller's tags are not on it: k8s-azure-owner-service",
    ],
    [
      "a Private Link Service without the cluster's tag",
      placed({ tags: { "k8s-azure-owner-service": "shop/web" } }),
      update(),
      {},
      "refused: not-ours: the controller's tags are not on it: k8s-azure-cluster-name",
    ],
    [
      "a Private Link Service without any tag of a controller",
      placed({ tags: {} }),
      update(),
      {},
      "refused: not-ours: the controller's tags are not on it: k8s-azure-cluster-name, k8s-azure-owner-service",
    ],
    [
      "a resource that may not be read",
      () => run.resources.calls.failNext(new Refused("AuthorizationFailed"), { method: "read" }),
      update(),
      {},
      "refused: AuthorizationFailed",
    ],
    [
      "old evidence",
      () => {},
      update({
        evidence: [
          { says: "so", source: "Kubernetes", atUtc: "2026-11-23T10:59:59.000Z" },
          { says: "so in Azure", source: "Azure", atUtc: "2026-11-23T12:00:00.000Z" },
        ],
      }),
      {},
      "refused: stale: evidence is too old: so (2026-11-23T10:59:59.000Z)",
    ],
    [
      "the off tag",
      placed({ tags: { Mooring: "Off" } }),
      update(),
      {},
      "refused: tagged: the resource is tagged mooring: off",
    ],
    [
      "a read-only lock",
      () => run.resources.lock(ID, { id: "lock-1", level: "ReadOnly" }),
      update(),
      {},
      "refused: locked: management lock lock-1 (ReadOnly)",
    ],
    [
      "a delete under an inherited lock",
      () => lockAndEnforce(),
      deletion(),
      { stillTrue: async () => undefined },
      "refused: locked: management lock lock-2 (CanNotDelete)",
    ],
    [
      "a resource that is being written",
      placed({ properties: { ...(body()["properties"] as JsonObject), provisioningState: "Updating" } }),
      update(),
      {},
      "refused: unsettled: the resource is Updating",
    ],
    [
      "a value that changed since the plan",
      placed({
        properties: { ...(body()["properties"] as JsonObject), visibility: { subscriptions: ["c"] } },
      }),
      update(),
      {},
      "refused: changed-since-planned: properties.visibility.subscriptions changed since the plan was made",
    ],
    ["no evidence", () => {}, update({ evidence: [] }), {}, "refused: unproved: the change has no evidence"],
    [
      "a delete on one observation",
      () => applyPolicy(run, { modes: { sweep: "enforce" } }),
      deletion({ evidence: base.evidence.slice(0, 1) }),
      { stillTrue: async () => undefined },
      "refused: unproved: a delete needs evidence from two observations",
    ],
    [
      "a wider visibility on the word of one source",
      () => {},
      update({ evidence: [base.evidence[0], base.evidence[0]], edits: [{ ...edit, before: [] }] }),
      {},
      "refused: unproved: a change that widens access needs evidence from two sources: Azure, and Kubernetes",
    ],
    [
      "a declaration that was confirmed before the resource was first seen as it is",
      () => {},
      update({ confirmedSequence: 7 }),
      {},
      "refused: awaiting-confirmation: the resource was written since its cluster last confirmed the declaration; waiting for the next report of the cluster (about 30 seconds)",
    ],
    [
      "a freeze",
      () =>
        applyPolicy(run, {
          freeze: [{ fromUtc: "2026-11-23T00:00:00Z", toUtc: "2026-11-24T00:00:00Z", why: "release" }],
        }),
      update(),
      {},
      "refused: frozen: frozen until 2026-11-24T00:00:00Z: release",
    ],
    [
      "the global stop",
      () => stopWriting(run, "incident"),
      update(),
      {},
      "refused: stopped: writes are stopped",
    ],
    [
      "a delete without final verification",
      () => enforce(),
      deletion(),
      {},
      "refused: a delete requires a final verification",
    ],
    [
      "a final verification that fails",
      () => enforce(),
      deletion(),
      { stillTrue: async () => "it came back" },
      "refused: it came back",
    ],
    [
      "too large a share",
      () => enforce({ maxDeletePercent: 5 }),
      deletion(),
      { stillTrue: async () => undefined },
      "refused: blast-radius: would delete 10 % of the resources that were read, policy allows 5 %",
    ],
    [
      "nothing allowed today",
      () => enforce({ maxDeletesPerDay: 0 }),
      deletion(),
      { stillTrue: async () => undefined },
      "refused: blast-radius: 0 deletes in 24 hours, policy allows 0",
    ],
    [
      "a resource that does not exist",
      () => run.resources.vanish(ID),
      update(),
      {},
      "refused: the resource does not exist",
    ],
  ])("%s", async (_, arrange, change, options, expected) => {
    await arrange();
    const before = run.resources.bodyOf(ID);
    const [result] = await apply([change], options);
    expect(`${result?.outcome}: ${result?.why}`).toBe(expected);
    expect(run.resources.bodyOf(ID)).toEqual(before);
    expect(run.tables.journal.all()).toEqual([]);
    // The code of the guard is apart from the text, and is where the text begins if a guard of the table refused.
    if (result?.outcome === "refused") expect(result.guard).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const inText = /^refused: ([a-z-]+): /.exec(expected)?.[1];
    if (inText) expect(result?.guard).toBe(inText);
  });

  test.each<[string, () => unknown, Change, string]>([
    ["of what was deleted", () => run.resources.vanish(ID), update(), "absent"],
    ["of what exists", () => {}, { ...base, action: "create", body: body() }, "exists"],
    ["without final verification", () => enforce(), deletion(), "last-proof"],
    [
      "of what may not be read",
      () => run.resources.calls.failNext(new Refused("403"), { method: "read" }),
      update(),
      "unreadable",
    ],
    [
      "of what has locks that may not be read",
      () => run.resources.calls.failNext(new Refused("403"), { method: "locks" }),
      update(),
      "unreadable",
    ],
  ])("a refusal %s has a code", async (_, arrange, change, guard) => {
    await arrange();
    if (change.action === "create") run.resources.place(ID, body({ provisioningState: "Failed" }));
    expect(await apply([change])).toMatchObject([{ outcome: "refused", guard }]);
  });

  function enforce(some: object = {}) {
    return applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, ...some });
  }

  async function lockAndEnforce() {
    await enforce();
    run.resources.lock(ID.slice(0, ID.indexOf("/providers")), { id: "lock-2", level: "CanNotDelete" });
  }

  test("ends the plan: later changes are returned as left", async () => {
    const other = plsIdIn("other");
    run.resources.place(other, body());
    await stopWriting(run, "incident");
    expect(await apply([update(), update({ resourceId: other })])).toMatchObject([
      { outcome: "refused" },
      { outcome: "left", why: "an earlier change was not made" },
    ]);
  });

  test.each([
    ["failed", () => run.resources.calls.failNext(new Error("500"), { method: "write" })],
    ["refused by Azure", () => run.resources.calls.failNext(new Refused("403"), { method: "write" })],
  ])("a change that %s ends the plan, too", async (_, arrange) => {
    const other = plsIdIn("other");
    run.resources.place(other, body());
    arrange();
    const results = await apply([update(), update({ resourceId: other })]);
    expect(results).toMatchObject([
      { outcome: expect.stringMatching(/^(failed|refused)$/) },
      { outcome: "left" },
    ]);
    expect(run.resources.calls.count("write")).toBe(1);
    expect(run.resources.bodyOf(other)).toEqual(body());
  });

  test("a budget counts what this run and the last day have deleted", async () => {
    await enforce({ maxDeletesPerRun: 1 });
    const other = plsIdIn("other");
    run.resources.place(other, body());
    const results = await apply([deletion(), deletion({ resourceId: other })], {
      stillTrue: async () => undefined,
    });
    expect(outcomes(results)).toEqual(["applied", "refused"]);
    await enforce({ maxDeletesPerDay: 1 });
    expect(
      outcomes(await apply([deletion({ resourceId: other })], { stillTrue: async () => undefined })),
    ).toEqual(["refused"]);
    expect(run.resources.bodyOf(other)).toBeDefined();
  });

  test("work under the lease of another worker is retried later", async () => {
    await run.leases.acquire(ID.toLowerCase(), "other");
    await expect(apply([update()])).rejects.toThrow(NotYet);
    expect(run.resources.calls.count("write")).toBe(0);
  });
});

describe("a create", () => {
  const creation: Change = { ...base, action: "create", body: body() };
  beforeEach(() => run.resources.vanish(ID));

  test("makes what is not there, and the journal has no state before it", async () => {
    expect(await apply([creation])).toMatchObject([{ outcome: "applied" }]);
    expect(run.resources.bodyOf(ID)).toEqual(body());
    expect(run.resources.calls.count("create")).toBe(1);
    const [entry] = run.tables.journal.all();
    expect([entry?.beforeState, entry?.afterState]).toEqual([undefined, `${entry?.id}/after.json`]);
  });

  test("is protected by an off tag on the load balancer that it will be attached to", async () => {
    run.resources.place(balancerId(), { tags: { mooring: "off" }, properties: {} });
    const attached = body({ loadBalancerFrontendIpConfigurations: [{ id: frontend().id }] });
    expect(await apply([{ ...creation, body: attached }])).toMatchObject([
      { outcome: "refused", guard: "held" },
    ]);
    expect(run.resources.calls.count("create")).toBe(0);
  });

  test.each<[string, JsonObject]>([
    ["a frontend id that is not valid", { id: "nonsense" }],
    ["a frontend without an id", {}],
  ])("that refers to %s is refused: unknown is not unprotected", async (_, reference) => {
    const attached = body({ loadBalancerFrontendIpConfigurations: [reference] });
    expect(await apply([{ ...creation, body: attached }])).toMatchObject([
      { outcome: "refused", guard: "unreadable", why: expect.stringContaining("not the id of a frontend") },
    ]);
  });
});

describe("a hold and an automatic change to a load balancer", () => {
  const LIST = "properties.frontendIPConfigurations";
  const child = (name: string) => `${balancerId()}/frontendIPConfigurations/${name}`;
  const removal = update({
    capability: "sweep",
    resourceId: balancerId(),
    edits: [{ path: LIST, remove: ["a"] }],
  });
  const deletesIt = deletion({ resourceId: balancerId() });
  beforeEach(async () => {
    run.resources.place(balancerId(), { properties: { frontendIPConfigurations: [{ name: "a" }] } });
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
  });

  test.each<[string, string, Change, string]>([
    ["on the frontend that it removes", child("a"), removal, "refused held"],
    ["on the load balancer of the frontend", balancerId(), removal, "refused held"],
    ["on another frontend, which it keeps", child("b"), removal, "applied"],
    ["on another load balancer", `${balancerId()}x`, removal, "applied"],
    ["on a frontend of the load balancer that it deletes", child("b"), deletesIt, "refused held"],
    ["on the load balancer that it deletes", balancerId(), deletesIt, "refused held"],
  ])("%s", async (_, id, change, expected) => {
    await hold(run, id, { who: "ann", why: "incident" });
    const [result] = await apply([change], { stillTrue: async () => undefined });
    expect([result?.outcome, result?.guard].join(" ").trim()).toBe(expected);
  });
});

describe("deletes of the last 24 hours", () => {
  test.each([
    [24 * 3600, "refused"],
    [24 * 3600 + 1, "applied"],
  ])("one %d seconds ago: the next one is %s", async (seconds, outcome) => {
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, maxDeletesPerDay: 1 });
    const proof = { stillTrue: async () => undefined };
    expect(outcomes(await apply([deletion()], proof))).toEqual(["applied"]);
    run.resources.place(ID, body());
    run.clock.advance(seconds);
    const evidence = base.evidence.map((one) => ({ ...one, atUtc: run.clock.nowUtc }));
    expect(outcomes(await apply([deletion({ evidence })], proof))).toEqual([outcome]);
  });

  test.each<[string, () => unknown, string]>([
    [
      "that Azure refused does not count",
      () => run.resources.calls.failNext(new Refused("403"), { method: "remove" }),
      "applied",
    ],
    ["that was made counts", () => {}, "refused"],
  ])("one of this run %s", async (_, arrange, outcome) => {
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, maxDeletesPerRun: 1 });
    const other = plsIdIn("other");
    run.resources.place(other, body());
    const proof = { stillTrue: async () => undefined };
    arrange();
    const first = await apply([deletion()], proof);
    const removedBefore = first.filter((one) => one.outcome === "applied").length;
    expect(outcomes(await apply([deletion({ resourceId: other })], { ...proof, removedBefore }))).toEqual([
      outcome,
    ]);
  });

  test("an update does not count against the budget of the run", async () => {
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, maxDeletesPerRun: 1 });
    const other = plsIdIn("other");
    run.resources.place(other, body());
    const changes = [update(), deletion({ resourceId: other })];
    expect(outcomes(await apply(changes, { stillTrue: async () => undefined }))).toEqual([
      "applied",
      "applied",
    ]);
  });
});

describe("a repair is remembered against the next one of the same field", () => {
  const touches = () => run.tables.touches.all();
  test("with its time and its fields", async () => {
    await apply([update()]);
    expect(touches()).toEqual([
      { atUtc: run.clock.nowUtc, who: "mooring", operation: "repair", paths: [edit.path] },
    ]);
  });

  test.each<[string, Change, string, () => unknown]>([
    ["an operator's change", update(), "ann", () => {}],
    [
      "a change that Azure refused",
      update(),
      "system",
      () => run.resources.calls.failNext(new Refused("403"), { method: "write" }),
    ],
    [
      "a change that failed",
      update(),
      "system",
      () => run.resources.calls.failNext(new Error("500"), { method: "write" }),
    ],
    [
      "a change of another capability",
      update({ capability: "rejections" }),
      "system",
      () => applyPolicy(run, { modes: { rejections: "enforce" } }),
    ],
  ])("%s is none", async (_, change, who, arrange) => {
    await arrange();
    await createApply(run.resources)(run, { changes: [change] }, { ...CAUSE, who }, OPTIONS);
    expect(run.tables.journal.all()).toHaveLength(1);
    expect(touches()).toEqual([]);
  });

  test("nor is a create", async () => {
    run.resources.vanish(ID);
    expect(outcomes(await apply([{ ...base, action: "create", body: body() }]))).toEqual(["applied"]);
    expect(touches()).toEqual([]);
  });
});

describe("when Azure does not answer as it should", () => {
  const journalled = () => run.tables.journal.all()[0];
  const stateOf = (name = "") => run.states.states.get(name);

  test("a write that Azure accepted and did not make is a failure, with what is there", async () => {
    const write = run.resources.write.bind(run.resources);
    run.resources.write = (id, _asked, version) => write(id, body({ fqdns: ["x"] }), version);
    expect(await apply([update()])).toMatchObject([
      { outcome: "failed", why: expect.stringContaining("the resource does not match the requested state") },
    ]);
    expect(journalled()).toMatchObject({ outcome: "failed" });
    expect(stateOf(journalled()?.afterState)).toEqual(body({ fqdns: ["x"] }));
  });

  const inState = (provisioningState: string) => body({ provisioningState });
  test.each(["Deleting", "Updating", "AddedByAzureTomorrow", ""])(
    "a delete that is not finished, of a resource that is '%s', is unknown, counted, and ends the plan",
    async (state) => {
      await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, maxDeletesPerDay: 1 });
      const other = plsIdIn("other");
      run.resources.place(other, body());
      run.resources.remove = (id) => {
        run.resources.place(id, inState(state));
        return Promise.reject(new Error("the poller gave up"));
      };
      const proof = { stillTrue: async () => undefined };
      const changes = [deletion(), deletion({ resourceId: other })];
      expect(outcomes(await apply(changes, proof))).toEqual(["failed", "left"]);
      expect(journalled()).toMatchObject({ outcome: "unknown" });
      expect(await apply([deletion({ resourceId: other })], proof)).toMatchObject([
        { outcome: "refused", guard: "blast-radius" },
      ]);
      run.resources.vanish(ID);
      await resolveDangling(run);
      expect(journalled()).toMatchObject({ outcome: "applied" });
    },
  );

  test.each([new Refused("AuthorizationFailed"), new NotYet("429", 5), new Error("500")])(
    "a delete that Azure made and whose result cannot be read (%s) is unknown, and counts",
    async (error) => {
      await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, maxDeletesPerDay: 1 });
      const read = run.resources.read.bind(run.resources);
      const unreadable = async () => {
        throw error;
      };
      run.resources.remove = async () => void Object.assign(run.resources, { read: unreadable });
      const proof = { stillTrue: async () => undefined };
      expect(outcomes(await apply([deletion()], proof))).toEqual(["failed"]);
      expect(journalled()).toMatchObject({ outcome: "unknown" });
      run.resources.read = read;
      run.resources.vanish(ID);
      await resolveDangling(run);
      expect(journalled()).toMatchObject({ outcome: "applied" });
    },
  );

  test("a write that Azure still makes after the poller gave up is unknown, and counts as a repair", async () => {
    run.resources.write = (id) => {
      run.resources.place(id, inState("Updating"));
      return Promise.reject(new NotYet("the operation is still running", 30));
    };
    await expect(apply([update()])).rejects.toThrow(NotYet);
    expect(journalled()).toMatchObject({ outcome: "unknown" });
    expect(run.tables.touches.all()).toHaveLength(1);
  });

  test("a write that Azure may still process is unknown, although the resource shows no change yet", async () => {
    const lost = new ResultUnknown("no response to the write");
    run.resources.calls.failNext(lost, { method: "write" });
    await expect(apply([update()])).rejects.toBe(lost);
    expect(journalled()).toMatchObject({ outcome: "unknown", why: "no response to the write" });
    expect(run.tables.touches.all()).toHaveLength(1);
  });

  test.each([new Conflict("412"), new NotYet("409", 5)])(
    "a create that Azure did not accept (%s) is not what created the resource that is found",
    async (error) => {
      run.resources.vanish(ID);
      run.resources.create = (id) => {
        run.resources.place(id, body());
        return Promise.reject(error);
      };
      await expect(apply([{ ...base, action: "create", body: body() }])).rejects.toBe(error);
      expect(journalled()).toMatchObject({ outcome: "failed" });
    },
  );

  test("a delete that Azure refused, because another writer created the resource again, is not recorded as applied", async () => {
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    run.resources.place(ID, body({ resourceGuid: "old" }));
    run.resources.remove = (id) => {
      run.resources.place(id, body({ resourceGuid: "new" }));
      return Promise.reject(new Conflict("412"));
    };
    await expect(apply([deletion()], { stillTrue: async () => undefined })).rejects.toThrow("412");
    expect(journalled()).toMatchObject({ outcome: "failed" });
  });

  test("a delete that a frozen host makes after another host recorded a failure is applied", async () => {
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    const remove = run.resources.remove.bind(run.resources);
    run.resources.remove = async (...args) => {
      run.leases.advance(3600);
      run.clock.advance(1000);
      await resolveDangling(run);
      expect(journalled()).toMatchObject({ outcome: "failed" });
      return remove(...args);
    };
    expect(await apply([deletion()], { stillTrue: async () => undefined })).toMatchObject([
      { outcome: "applied" },
    ]);
    expect(journalled()).toMatchObject({ outcome: "applied" });
    expect(journalled()).not.toHaveProperty("afterState");
  });

  test("a delete that Azure accepted and did not make is a failure", async () => {
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    run.resources.remove = () => Promise.resolve();
    expect(await apply([deletion()], { stillTrue: async () => undefined })).toMatchObject([
      { outcome: "failed" },
    ]);
    expect(stateOf(journalled()?.afterState)).toEqual(body());
  });

  test.each<[string, Error]>([
    ["a conflict", new Conflict("412")],
    ["a wait", new NotYet("429", 5)],
    ["anything else", new Error("500")],
  ])("what was done in spite of %s is applied, with what is there", async (_, error) => {
    const write = run.resources.write.bind(run.resources);
    run.resources.write = async (...args) => {
      await write(...args);
      throw error;
    };
    expect(await apply([update()])).toMatchObject([
      { outcome: "applied", why: `${error.message}; found done` },
    ]);
    expect(stateOf(journalled()?.afterState)).toEqual(run.resources.bodyOf(ID));
  });

  test("what was not done keeps what is there, or nothing if nothing is", async () => {
    run.resources.calls.failNext(new Error("500"), { method: "write" });
    await apply([update()]);
    expect(stateOf(journalled()?.afterState)).toEqual(body());
    const write = run.resources.write.bind(run.resources);
    run.resources.write = (id, ...rest) => {
      run.resources.vanish(id);
      return write(id, ...rest);
    };
    await expect(apply([update()])).rejects.toThrow(Conflict);
    const entry = run.tables.journal.all().find(({ id }) => id !== journalled()?.id);
    expect(entry).toMatchObject({ outcome: "failed" });
    expect(entry).not.toHaveProperty("afterState");
  });

  test("a lost answer is found by reading", async () => {
    run.resources.loseNextAnswer();
    expect(await apply([update()])).toMatchObject([
      { outcome: "applied", why: "socket hang up; found done" },
    ]);
  });

  test("a write that failed is a failure, with Azure's words", async () => {
    run.resources.calls.failNext(new Error("InternalServerError"), { method: "write" });
    expect(await apply([update()])).toMatchObject([{ outcome: "failed", why: "InternalServerError" }]);
    expect(run.tables.journal.all()).toMatchObject([{ outcome: "failed", why: "InternalServerError" }]);
  });

  test("a resource that cannot be read afterwards is unknown, also in the journal", async () => {
    const reader = run.resources.read.bind(run.resources);
    let reads = 0;
    run.ports.resources.read = (id) => ((reads += 1) === 1 ? reader(id) : Promise.reject(new Error("down")));
    run.resources.calls.failNext(new Error("reset"), { method: "write" });
    expect(outcomes(await apply([update()]))).toEqual(["failed"]);
    expect(run.tables.journal.all()).toMatchObject([{ outcome: "unknown", why: "reset" }]);
  });

  test.each([
    ["changed underneath", new Conflict("412")],
    ["throttled", new NotYet("429", 5)],
  ])("%s: the journal has it as not applied, and the work is retried", async (_, error) => {
    run.resources.calls.failNext(error, { method: "write" });
    await expect(apply([update()])).rejects.toBe(error);
    expect(run.tables.journal.all()).toMatchObject([{ outcome: "failed", why: error.message }]);
    expect(run.leases.names()).toEqual([]);
  });

  test("a refusal is a refusal", async () => {
    run.resources.calls.failNext(new Refused("ScopeLocked"), { method: "write" });
    expect(await apply([update()])).toMatchObject([{ outcome: "refused", why: "ScopeLocked" }]);
  });

  test.each([
    ["after the write", true, "applied"],
    ["before the write", false, "failed"],
  ])("a crash %s is resolved by the next run", async (_, written, outcome) => {
    const key = String(9_999_999_999_999 - Date.parse(run.clock.nowUtc));
    await run.tables.journal.transact("all", [
      {
        do: "insert",
        key: `${key}-j`,
        value: {
          id: "j",
          change: update(),
          cause: CAUSE,
          policyVersion: "1",
          outcome: "intended",
          intendedAtUtc: run.clock.nowUtc,
        },
      },
    ]);
    if (written) run.resources.place(ID, body({ visibility: { subscriptions: ["b", "a"] } }));
    expect(await resolveDangling(run)).toBe(0);
    run.clock.advance(1000);
    expect(await resolveDangling(run)).toBe(1);
    expect(run.tables.journal.all()).toMatchObject([{ outcome }]);
  });
});

test("whatever the body, only the edited path changes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (extra) => {
      const fresh = memoryRun();
      const whole = {
        ...JSON.parse(JSON.stringify(extra)),
        ...body({ more: extra as JsonObject }),
        tags: { ...pls().tags },
      };
      fresh.resources.place(ID, whole);
      await createApply(fresh.resources)(fresh, { changes: [update()] }, CAUSE, OPTIONS);
      const expected = structuredClone(whole);
      expected.properties.visibility.subscriptions = ["a", "b"];
      expect(fresh.resources.bodyOf(ID)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
