/** The last reasons not to write, each at its limit: what it refuses, and the nearest thing that it lets through. */
import { describe, expect, test } from "vitest";
import { type GuardInput, refusedBecause } from "../../shared/changes/guards.ts";
import type { Change, Edit, Evidence, EvidenceSource } from "../../shared/changes/plan.ts";
import type { Json, Resource } from "../../shared/ports/resources.ts";
import { defaultPolicy, type Policy } from "../../shared/policy/policy.ts";
import { balancerId, connection, pls, plsIdIn, NOW } from "../builders/world.ts";

const ID = plsIdIn("pls");
const PATH = "properties.visibility.subscriptions";
const FRESH = "2026-11-23T11:00:00.000Z";

const seen = (...sources: EvidenceSource[]): Evidence[] =>
  sources.map((source) => ({ says: `${source} shows it`, source, atUtc: NOW }));
const both = seen("Kubernetes", "Azure");
const base = {
  capability: "privateLinkServices",
  resourceId: ID,
  cluster: "one",
  reason: "r",
  evidence: both,
} as const;

const update = (some: Partial<Change> = {}, edits: readonly Edit[] = [set(["a"], ["b"])]): Change => ({
  ...base,
  edits,
  ...some,
  action: "update",
});
const deletion = (some: Partial<Change> = {}): Change => ({
  ...base,
  capability: "sweep",
  ...some,
  action: "delete",
});
const creation = (some: Partial<Change> = {}): Change => ({
  ...base,
  body: {},
  ...some,
  action: "create",
});
const removal = (some: Partial<Change> = {}): Change =>
  update({ capability: "sweep", resourceId: balancerId(), ...some }, [
    { path: "properties.frontendIPConfigurations", remove: ["dead"] },
  ]);

function set(before: Json | undefined, after: Json | undefined, path = PATH): Edit {
  return { path, before, after };
}

const resource = (some: Partial<Resource> = {}): Resource => ({
  id: ID,
  version: "1",
  provisioningState: "Succeeded",
  tags: pls().tags,
  body: { properties: { visibility: { subscriptions: ["a"] } } },
  ...some,
});

const input = (some: Partial<GuardInput>): GuardInput => ({
  change: update(),
  actual: resource(),
  locks: [],
  policy: defaultPolicy,
  nowUtc: NOW,
  freshSinceUtc: FRESH,
  stopped: false,
  deletes: { run: 0, day: 0 },
  inSight: 100,
  repairs: 0,
  isConfirmedSince: true,
  protection: { loadBalancers: [], holds: [] },
  ...some,
});
const policy = (some: Partial<Policy>): Policy => ({ ...defaultPolicy, ...some });
const freeze = (fromUtc: string, toUtc: string) => policy({ freeze: [{ fromUtc, toUtc, why: "release" }] });
const lock = (level: "CanNotDelete" | "ReadOnly") => [{ id: "lock", level }];
const old = { says: "it matched", source: "Azure", atUtc: "2026-11-23T10:59:59.999Z" } as const;

/** `guard`, or `written`. */
const judged = (some: Partial<GuardInput>) => refusedBecause(input(some))?.guard ?? "written";

describe("each guard", () => {
  test.each<[string, Partial<GuardInput>, string]>([
    ["no guard refuses the change", {}, "written"],
    ["writes are stopped", { stopped: true }, "stopped"],

    ["a freeze that begins now", { policy: freeze(NOW, "2026-11-23T12:00:00.001Z") }, "frozen"],
    ["a freeze that ended now", { policy: freeze("2026-11-22T12:00:00.000Z", NOW) }, "written"],
    [
      "a freeze that begins in a moment",
      { policy: freeze("2026-11-23T12:00:00.001Z", "2026-11-24T12:00:00.000Z") },
      "written",
    ],

    ["the off tag", { actual: resource({ tags: { ...pls().tags, MOORING: "OFF" } }) }, "tagged"],
    [
      "the tag with another value",
      { actual: resource({ tags: { ...pls().tags, mooring: "on" } }) },
      "written",
    ],
    [
      "another tag with that value",
      { actual: resource({ tags: { ...pls().tags, harbour: "off" } }) },
      "written",
    ],

    ["a hold", { protection: { loadBalancers: [], holds: [{ resourceId: ID, why: "incident" }] } }, "held"],
    [
      "the off tag on the second load balancer",
      {
        protection: {
          loadBalancers: [resource({ tags: {} }), resource({ tags: { mooring: "off" } })],
          holds: [],
        },
      },
      "held",
    ],
    [
      "the off tag on the connection's Private Link Service",
      {
        change: update({ resourceId: connection().id }),
        protection: {
          privateLinkService: resource({ tags: { mooring: "off" } }),
          loadBalancers: [resource({ tags: {} })],
          holds: [],
        },
      },
      "held",
    ],

    ["a Private Link Service without any tag", { actual: resource({ tags: {} }) }, "not-ours"],
    [
      "a Private Link Service without the cluster's tag",
      { actual: resource({ tags: { "k8s-azure-owner-service": "shop/web" } }) },
      "not-ours",
    ],
    [
      "a Private Link Service without the owner's tag",
      { actual: resource({ tags: { "k8s-azure-cluster-name": "kubernetes" } }) },
      "not-ours",
    ],
    [
      "the same, its type in another case",
      { change: update({ resourceId: ID.toUpperCase() }), actual: resource({ tags: {} }) },
      "not-ours",
    ],
    ["a Private Link Service that is created", { change: creation(), actual: undefined }, "written"],
    [
      "a connection, which has no tags",
      { change: update({ resourceId: connection().id }), actual: resource({ tags: {} }) },
      "written",
    ],
    [
      "a load balancer, which the controller does not tag",
      { change: removal(), actual: resource({ tags: {} }) },
      "written",
    ],

    ["a read-only lock", { locks: lock("ReadOnly") }, "locked"],
    ["a lock against deletes on an update", { locks: lock("CanNotDelete") }, "written"],
    ["a lock against deletes on a delete", { change: deletion(), locks: lock("CanNotDelete") }, "locked"],
    [
      "a lock against deletes on an update that takes a child out",
      { change: removal(), locks: lock("CanNotDelete") },
      "locked",
    ],

    ["no evidence", { change: creation({ evidence: [] }), actual: undefined }, "unproved"],
    ["one observation for a delete", { change: deletion({ evidence: seen("Azure") }) }, "unproved"],
    ["one observation for taking a child out", { change: removal({ evidence: seen("Azure") }) }, "unproved"],
    [
      "two observations of Azure for a delete, as of a deleted cluster",
      { change: deletion({ evidence: seen("Azure", "Azure") }) },
      "written",
    ],
    [
      "a list of subscriptions that another one is added to, on one source",
      { change: update({ evidence: seen("Kubernetes", "Kubernetes") }) },
      "unproved",
    ],
    [
      "a list of subscriptions where there was none, on one source",
      {
        change: update({ evidence: seen("Kubernetes") }, [set(undefined, ["a"])]),
        actual: resource({ body: {} }),
      },
      "unproved",
    ],
    [
      "a list that gets shorter, on one source",
      {
        change: update({ evidence: seen("Kubernetes") }, [set(["a", "b"], ["A"])]),
        actual: resource({ body: { properties: { visibility: { subscriptions: ["a", "b"] } } } }),
      },
      "written",
    ],
    [
      "the second of two edits widens, on one source",
      {
        change: update({ evidence: seen("Kubernetes") }, [
          set(true, false, "properties.enableProxyProtocol"),
          set(["a"], ["a", "b"]),
        ]),
        actual: resource({
          body: { properties: { visibility: { subscriptions: ["a"] }, enableProxyProtocol: true } },
        }),
      },
      "unproved",
    ],
    [
      "a value that is no list, on one source",
      {
        change: update({ evidence: seen("Kubernetes") }, [set("a", "b")]),
        actual: resource({ body: { properties: { visibility: { subscriptions: "a" } } } }),
      },
      "written",
    ],
    [
      "an approval on one source, whatever it edits",
      {
        change: update({ capability: "connections", evidence: seen("Kubernetes") }, [set("a", "b")]),
        actual: resource({ body: { properties: { visibility: { subscriptions: "a" } } } }),
      },
      "unproved",
    ],
    [
      "a rejection on one source: it narrows",
      {
        change: update({ capability: "rejections", evidence: seen("Kubernetes") }),
      },
      "written",
    ],

    ["evidence from the moment before", { change: update({ evidence: [...both, old] }) }, "stale"],
    [
      "evidence from the first moment that counts",
      { change: update({ evidence: [...both, { ...old, atUtc: FRESH }] }) },
      "written",
    ],

    ["a declaration that is older than the last write", { isConfirmedSince: false }, "awaiting-confirmation"],

    [
      "a resource that is being written",
      { actual: resource({ provisioningState: "Updating" }) },
      "unsettled",
    ],
    ["a resource in no state", { actual: resource({ provisioningState: "" }) }, "unsettled"],
    ["a resource that is created has no state", { change: creation(), actual: undefined }, "written"],

    ["a resource without an etag", { actual: resource({ version: "" }) }, "unversioned"],
    [
      "a connection whose Private Link Service has no etag",
      { protection: { loadBalancers: [], holds: [], privateLinkService: resource({ version: "" }) } },
      "unversioned",
    ],

    [
      "a value that changed since",
      { change: update({}, [set(["a"], ["b"]), set("x", "y", "properties.other")]) },
      "changed-since-planned",
    ],
    [
      "the same value, its items in another order and case",
      {
        change: update({}, [set(["A", "b"], ["c"])]),
        actual: resource({ body: { properties: { visibility: { subscriptions: ["B", "a"] } } } }),
      },
      "written",
    ],
    ["a delete, whatever the values are", { change: deletion(), actual: resource({ body: {} }) }, "written"],
    ["a list edit is judged by names, not by what was before", { change: removal() }, "written"],
  ])("%s", (_, some, expected) => expect(judged(some)).toBe(expected));
});

describe("budgets", () => {
  const limits = policy({ maxDeletesPerRun: 3, maxDeletesPerDay: 5, maxDeletePercent: 20 });
  test.each<[string, Partial<GuardInput>, string]>([
    ["the last delete of a run", { deletes: { run: 2, day: 0 } }, "written"],
    ["one more than the run allows", { deletes: { run: 3, day: 0 } }, "blast-radius"],
    ["the last delete of a day", { deletes: { run: 0, day: 4 } }, "written"],
    ["one more than the day allows", { deletes: { run: 0, day: 5 } }, "blast-radius"],
    ["exactly the share", { inSight: 5 }, "written"],
    ["a little more than the share", { inSight: 4 }, "blast-radius"],
    [
      "the share counts what the run deleted before",
      { inSight: 14, deletes: { run: 2, day: 0 } },
      "blast-radius",
    ],
    ["the same with a few more resources read", { inSight: 15, deletes: { run: 2, day: 0 } }, "written"],
    ["no resources read: the share is 100 %", { inSight: 0 }, "blast-radius"],
    [
      "no resources read, and policy allows 100 %",
      { inSight: 0, policy: policy({ maxDeletePercent: 100 }) },
      "written",
    ],
    ["a child that is taken out counts too", { change: removal(), inSight: 4 }, "blast-radius"],
    ["an update has no budget", { change: update(), inSight: 0, deletes: { run: 9, day: 9 } }, "written"],
  ])("%s", (_, some, expected) =>
    expect(judged({ change: deletion(), policy: limits, ...some })).toBe(expected),
  );

  test("the message states the share that would be deleted", () =>
    expect(refusedBecause(input({ change: deletion(), policy: limits, inSight: 3 }))?.why).toBe(
      "would delete 33 % of the resources that were read, policy allows 20 %",
    ));
});

describe("another writer of the same field", () => {
  const most = defaultPolicy.privateLinkServices.maxRepairsPerHour;
  test.each([
    [most - 1, "written"],
    [most, "fighting"],
  ])("%d repairs within the hour", (repairs, expected) => expect(judged({ repairs })).toBe(expected));
});

test.each<[string, Partial<GuardInput>, string]>([
  [
    "of a hold on the resource itself",
    { protection: { loadBalancers: [], holds: [{ resourceId: ID.toUpperCase(), why: "incident" }] } },
    "the resource is on hold: incident",
  ],
  [
    "of a hold on its load balancer",
    { protection: { loadBalancers: [], holds: [{ resourceId: balancerId(), why: "incident" }] } },
    "kubernetes-internal is on hold: incident",
  ],
  [
    "of the off tag on its load balancer",
    {
      protection: {
        loadBalancers: [resource({ id: balancerId(), tags: { mooring: "off" } })],
        holds: [],
      },
    },
    "kubernetes-internal is tagged mooring: off",
  ],
  [
    "of a resource in no state",
    { actual: resource({ provisioningState: "" }) },
    "the resource is in an unknown state",
  ],
])("the reason %s names it", (_, some, why) => expect(refusedBecause(input(some))?.why).toBe(why));
