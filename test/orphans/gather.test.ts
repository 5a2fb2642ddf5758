/** What is read before anything is judged: whether a cluster exists, what it confirmed, and what could not be read. */
import { beforeEach, describe, expect, test } from "vitest";
import { NotYet } from "../../shared/core/errors.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { listManaged, stateReader, writesSinceUtc } from "../../shared/orphans/clusterState.ts";
import { proofOf } from "../../shared/orphans/clusterProof.ts";
import { corroborate, isCorroborated } from "../../shared/orphans/corroborate.ts";
import { gatherAround, gatherWorld, viewCluster } from "../../shared/orphans/gather.ts";
import { hold } from "../../shared/orphans/hold.ts";
import { lookupIn } from "../../shared/orphans/lookup.ts";
import type { World } from "../../shared/orphans/world.ts";
import { defaultPolicy, Policy } from "../../shared/policy/policy.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import {
  balancer,
  balancerId,
  cluster,
  connection,
  declared,
  feed,
  frontend,
  pls,
  plsIdIn,
  managedCluster,
  NOW,
  PARTNER,
  UID,
  view,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`;
const two = cluster({
  name: "two",
  resourceId: cluster().resourceId.replace(/one$/, "two"),
  nodeResourceGroup: "MC_two",
});
const inPartner = (id: string) => id.replace(SUBSCRIPTION, PARTNER);

const DAY = 24 * 3600;
let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

describe("whether a cluster exists", () => {
  const stateOf = async (
    isOne = false,
    registered = [cluster()],
    subscriptions: string[] = [SUBSCRIPTION],
  ) => {
    const read = stateReader(run, {
      registered,
      managed: () => listManaged(run, subscriptions),
      isOne,
      writesSinceUtc: "2026-11-20T12:00:00.000Z",
      privateLinkServices: [],
    });
    const { state, doubt } = await read(cluster());
    return [state, ...(doubt ? [doubt] : [])].join(": ");
  };
  const elsewhere = (some = {}) => managedCluster({ id: two.resourceId, ...some });

  test.each<[string, () => void, string]>([
    ["as it is registered", () => (run.network.clusters = [managedCluster()]), "present"],
    [
      "its node resource group in another case",
      () => (run.network.clusters = [managedCluster({ nodeResourceGroup: "mc_ONE" })]),
      "present",
    ],
    [
      "with another node resource group than is registered",
      () => (run.network.clusters = [managedCluster({ nodeResourceGroup: "MC_x" })]),
      "unknown: managed cluster one has node resource group MC_x, registered is MC_one",
    ],
    ["not, and nothing else claims what it had", () => {}, "gone"],
    [
      "not, but another managed cluster has its node resource group",
      () => (run.network.clusters = [elsewhere({ nodeResourceGroup: "mc_one" })]),
      `unknown: managed cluster ${two.resourceId} has node resource group mc_one`,
    ],
    [
      "not, but another one does not report its node resource group",
      () => (run.network.clusters = [elsewhere({ nodeResourceGroup: "" })]),
      `unknown: managed cluster ${two.resourceId} has node resource group (not reported)`,
    ],
    [
      "not, and another one has another node resource group",
      () => (run.network.clusters = [elsewhere({ nodeResourceGroup: "MC_two" })]),
      "gone",
    ],
    [
      "not, and a node resource group of that name is in another subscription",
      () => (run.network.clusters = [elsewhere({ id: inPartner(two.resourceId) })]),
      "gone",
    ],
    [
      "not, and its resource group names it as its manager",
      () => (run.network.groups = [{ id: GROUP, managedBy: cluster().resourceId.toUpperCase() }]),
      "gone",
    ],
    ["not, and its resource group has no manager", () => (run.network.groups = [{ id: GROUP }]), "gone"],
    [
      "not, and its resource group has an empty manager",
      () => (run.network.groups = [{ id: GROUP, managedBy: "" }]),
      "gone",
    ],
    [
      "not, but its resource group is managed by another one",
      () => (run.network.groups = [{ id: GROUP, managedBy: two.resourceId }]),
      `unknown: resource group MC_one is managed by ${two.resourceId}`,
    ],
    [
      "is unknown if a subscription cannot be listed",
      () => run.network.calls.failNext(new Error("403"), { method: "managedClusters", times: 2 }),
      `unknown: the managed clusters of subscription ${SUBSCRIPTION} could not be listed`,
    ],
    [
      "is unknown if it cannot be read",
      () => run.network.calls.failNext(new Error("403"), { method: "managedCluster" }),
      "unknown: whether cluster one exists could not be read: 403",
    ],
    [
      "is unknown if its resource group cannot be read",
      () => run.network.calls.failNext(new Error("403"), { method: "resourceGroup" }),
      "unknown: whether cluster one exists could not be read: 403",
    ],
    [
      "is unknown if the activity log of its resource group cannot be read",
      () => run.activity.calls.failNext(new Error("403"), { method: "otherWrites" }),
      "unknown: whether cluster one exists could not be read: 403",
    ],
  ])("%s", async (_, arrange, expected) => {
    arrange();
    expect(await stateOf()).toBe(expected);
  });

  test.each<[string, Parameters<typeof Policy.parse>[0], string]>([
    ["the default grace period, seven days", {}, "2026-11-15T12:00:00.000Z"],
    [
      "the longest grace period of a kind",
      { sweepGraceByKind: { pls: 10 * DAY } },
      "2026-11-12T12:00:00.000Z",
    ],
    ["the stale time", { sweepGraceSeconds: 0, staleMinutes: 120 }, "2026-11-22T10:00:00.000Z"],
    ["what the activity log keeps", { sweepGraceSeconds: 90 * DAY }, "2026-08-26T12:00:00.000Z"],
  ])("writes are looked for as long ago as %s, and a day", (_, policy, expected) =>
    expect(writesSinceUtc(run, Policy.parse(policy))).toBe(expected),
  );

  test("the activity log of a cluster whose state is unknown is not read", async () => {
    run.network.groups = [{ id: GROUP, managedBy: two.resourceId }];
    await stateOf();
    expect(run.activity.calls.count("otherWrites")).toBe(0);
  });

  test("the activity log is read only of a cluster that does not exist, for its newest write", async () => {
    const write = (resourceGroup: string, atUtc: string) => ({
      atUtc,
      resourceId: balancerId(resourceGroup),
      caller: "controller",
    });
    run.activity.writes = [
      write("MC_one", "2026-11-21T08:00:00.000Z"),
      write("mc_ONE", "2026-11-22T08:00:00.000Z"),
      write("MC_two", "2026-11-23T08:00:00.000Z"),
    ];
    const read = (clusters: (typeof run)["network"]["clusters"]) => {
      run.network.clusters = clusters;
      return stateReader(run, {
        registered: [cluster()],
        managed: () => listManaged(run, [SUBSCRIPTION]),
        isOne: false,
        writesSinceUtc: "2026-11-20T12:00:00.000Z",
        privateLinkServices: [],
      })(cluster());
    };
    expect(await read([managedCluster()])).toEqual({ state: "present" });
    expect(run.activity.calls.count("otherWrites")).toBe(0);
    expect(await read([])).toEqual({ state: "gone", writtenAtUtc: "2026-11-22T08:00:00.000Z" });
  });

  test("is unknown if another registration claims the same", async () => {
    run.network.clusters = [managedCluster()];
    const same = { ...two, nodeResourceGroup: "MC_one" };
    expect(await stateOf(false, [cluster(), same])).toBe(
      "unknown: clusters one and two are registered with the same node resource group MC_one",
    );
  });

  test("that lives is read alone, without any list", async () => {
    run.network.clusters = [managedCluster()];
    expect(await stateOf(true)).toBe("present");
    expect(run.network.calls.count("managedClusters")).toBe(0);
  });

  test("is taken from the list where many are judged", async () => {
    run.network.clusters = [managedCluster({ id: cluster().resourceId.toUpperCase() })];
    expect(await stateOf()).toBe("present");
    expect(run.network.calls.count("managedCluster")).toBe(0);
  });

  test("each subscription that cannot be listed is named, and the others are listed", async () => {
    run.network.clusters = [managedCluster()];
    run.network.calls.failNext(new Error("403"), { method: "managedClusters", after: 1 });
    const lists = await listManaged(run, [SUBSCRIPTION, PARTNER]);
    expect(lists.unreadable).toEqual([PARTNER]);
    expect([...lists.byId.keys()]).toEqual([cluster().resourceId.toLowerCase()]);
  });
});

describe("the world", () => {
  beforeEach(async () => {
    for (const one of [cluster(), two])
      await run.tables.clusters.transact("all", [{ do: "put", key: one.name, value: one }]);
    run.network.clusters = [
      managedCluster(),
      managedCluster({ id: two.resourceId, nodeResourceGroup: two.nodeResourceGroup }),
    ];
    run.network.balancers = [balancer(), balancer({ id: inPartner(balancerId()) })];
    run.network.allPrivateLinkServices = [pls(), pls({ id: inPartner(plsIdIn("pls")) })];
    Object.assign(run.ports, { subscriptions: [SUBSCRIPTION, PARTNER] });
  });
  const states = ({ clusters }: World) =>
    clusters.map(({ cluster: { name }, state, doubt }) => [name, state, doubt].filter(Boolean).join(" "));

  test("has all clusters and all resources of the watched subscriptions, as of now", async () => {
    await hold(run, balancerId(), { who: "ann", why: "incident" });
    const all = await gatherWorld(run, defaultPolicy);
    expect(states(all)).toEqual(["one present", "two present"]);
    expect(all).toMatchObject({
      nowUtc: NOW,
      freshSinceUtc: "2026-11-23T11:00:00.000Z",
      holds: [{ resourceId: balancerId() }],
      balancers: [{}, {}],
      privateLinkServices: [{}, {}],
    });
    expect(all.unreadable.size).toBe(0);
  });

  test("around one cluster has its subscription, and no other cluster", async () => {
    const around = await gatherAround(run, defaultPolicy, cluster());
    expect(states(around)).toEqual(["one present"]);
    expect(around.balancers.map(({ id }) => id)).toEqual([balancerId()]);
    expect(run.network.calls.count("managedClusters")).toBe(0);
  });

  test("of a subscription that cannot be read has nothing, and the state of its clusters is unknown", async () => {
    const inOther = cluster({
      name: "three",
      resourceId: inPartner(two.resourceId),
      nodeResourceGroup: "MC_3",
    });
    await run.tables.clusters.transact("all", [{ do: "put", key: "three", value: inOther }]);
    run.network.calls.failNext(new Error("403"), { method: "loadBalancers" });
    const left = await gatherWorld(run, defaultPolicy);
    expect([...left.unreadable]).toEqual([[SUBSCRIPTION, new Error("403")]]);
    expect(left.balancers.map(({ id }) => id)).toEqual([inPartner(balancerId())]);
    expect(left.privateLinkServices.map(({ id }) => id)).toEqual([inPartner(plsIdIn("pls"))]);
    const doubt = `unknown subscription ${SUBSCRIPTION} could not be read: 403`;
    expect(states(left)).toEqual([`one ${doubt}`, "three gone", `two ${doubt}`]);
  });

  test("lists the subscription of a cluster in any case", async () => {
    const subscription = "abcdefab-1111-2222-3333-444444444444";
    const resourceId = cluster().resourceId.replace(SUBSCRIPTION, subscription.toUpperCase());
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster({ resourceId }) }]);
    Object.assign(run.ports, { subscriptions: [subscription] });
    run.network.calls.failNext(new Error("403"), { method: "privateLinkServices", times: 2 });
    const doubt = `one unknown subscription ${subscription} could not be read: 403`;
    expect(states(await gatherWorld(run, defaultPolicy))[0]).toBe(doubt);
    expect(states(await gatherAround(run, defaultPolicy, cluster({ resourceId })))).toEqual([doubt]);
  });

  test("leaves out a throttled subscription", async () => {
    const throttled = new NotYet("429", 30);
    run.network.calls.failNext(throttled, { method: "privateLinkServices" });
    const { unreadable } = await gatherWorld(run, defaultPolicy);
    expect([...unreadable.values()]).toEqual([throttled]);
  });

  test("is read again for one cluster if Azure throttles", async () => {
    run.network.calls.failNext(new NotYet("429", 30), { method: "privateLinkServices" });
    await expect(gatherAround(run, defaultPolicy, cluster())).rejects.toThrow(NotYet);
  });

  test("has what a cluster confirmed, what it was issued, and when admission proposed something last", async () => {
    await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value: declared() }]);
    await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
    for (const [version, observedAtUtc] of [
      ["11", "2026-11-23T11:58:00.000Z"],
      ["12", "2026-11-23T11:57:00.000Z"],
    ] as const)
      await propose(
        run,
        declared({ strength: "proposal", resourceVersion: version, observedAtUtc, deletedAtUtc: NOW }),
      );
    const { clusters } = await gatherWorld(run, defaultPolicy);
    expect(clusters[0]).toMatchObject({
      feed: { sequence: 5 },
      admittedAtUtc: "2026-11-23T11:58:00.000Z",
      declared: [{ name: "web", strength: "confirmation", deletedAtUtc: NOW }],
    });
    expect(clusters[1]).not.toHaveProperty("feed");
    expect(clusters[1]).not.toHaveProperty("admittedAtUtc");
  });
});

describe("a cluster's lists are corroborated", () => {
  const bare = cluster({ identity: { uid: "identity of one", boundAtUtc: NOW } });
  const { identity: _none, ...unbound } = cluster();
  const world = (some: Partial<World> = {}): World => ({
    clusters: [view({ cluster: bare, declared: [declared()] })],
    balancers: [balancer()],
    privateLinkServices: [],
    unreadable: new Map(),
    holds: [],
    nowUtc: NOW,
    freshSinceUtc: NOW,
    ...some,
  });
  const judged = (some: Partial<World> = {}) => {
    const all = world(some);
    return all.clusters[0] && isCorroborated(all, all.clusters[0]);
  };
  const declaring = (some: Parameters<typeof declared>[0]) => ({
    clusters: [view({ cluster: bare, declared: [declared(some)] })],
  });
  const foreign = balancer({ id: balancerId("MC_two"), frontends: [frontend({}, balancerId("MC_two"))] });

  test.each<[string, Partial<World>, boolean]>([
    ["by a frontend that is named for a confirmed Service", {}, true],
    ["not by a frontend of another Service", declaring({ uid: "ffffffff-1111" }), false],
    ["not by a Service that is only proposed", declaring({ strength: "proposal" }), false],
    ["not by a frontend in another node resource group", { balancers: [foreign] }, false],
    ["not without frontends", { balancers: [] }, false],
    ["by what was recorded before", { clusters: [view()], balancers: [] }, true],
  ])("%s", (_, some, expected) => expect(judged(some)).toBe(expected));

  const recorded = async () => (await run.tables.clusters.get("all", "one"))?.value.identity?.corroboration;
  test.each<[string, Partial<World>, typeof bare, unknown]>([
    ["which is recorded once", {}, bare, { by: "frontend", detail: baseName(UID), atUtc: NOW }],
    ["which is not recorded without a frontend", { balancers: [] }, bare, undefined],
    [
      "which is not recorded before it is bound",
      { clusters: [view({ cluster: unbound, declared: [declared()] })] },
      unbound,
      undefined,
    ],
    [
      "which is not recorded over what an operator confirmed",
      { clusters: [view({ declared: [declared()] })] },
      cluster(),
      { by: "frontend", detail: "a", atUtc: NOW },
    ],
  ])("%s", async (_, some, stored, expected) => {
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: stored }]);
    const before = run.tables.clusters.calls.count("transact");
    await corroborate(run, world(some));
    expect(await recorded()).toEqual(expected);
    expect(run.tables.clusters.calls.count("transact") - before).toBe(stored === bare && expected ? 1 : 0);
  });

  test("of several contradictions, the one that puts another cluster in doubt is recorded", async () => {
    const uids = ["a", "b"].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
    const listed = (...some: string[]) => some.map((uid) => declared({ uid, name: uid.slice(0, 1) }));
    const [lister, first, second] = ["lister", "first", "second"].map((name) =>
      cluster({
        name,
        resourceId: cluster().resourceId.replace(/one$/, name),
        nodeResourceGroup: `MC_${name}`,
      }),
    );
    const balancers = ["first", "second"].map((name, at) => {
      const id = balancerId(`MC_${name}`);
      return balancer({ id, frontends: [frontend({ name: baseName(uids[at] ?? "") }, id)] });
    });
    const clusters = [
      view({ cluster: lister!, declared: listed(...uids) }),
      view({ cluster: first!, declared: listed(uids[0] ?? "") }),
      view({ cluster: second!, declared: [] }),
    ];
    await run.tables.clusters.transact("all", [{ do: "put", key: "lister", value: lister! }]);
    await corroborate(run, world({ clusters, balancers }));
    const stored = await run.tables.clusters.get("all", "lister");
    expect(stored?.value.identity?.mixUp).toMatchObject({ cluster: "second", isUnlisted: true });
  });

  test("a registration that was removed meanwhile does not stop the sweep", async () => {
    await corroborate(run, world());
    expect(await recorded()).toBeUndefined();
  });

  test("a failure of storage does", async () => {
    run.tables.clusters.calls.failNext(new Error("503"));
    await expect(corroborate(run, world())).rejects.toThrow("503");
  });
});

describe("the proof of a cluster", () => {
  const world = (some: Partial<World> = {}): World => ({
    clusters: [],
    balancers: [],
    privateLinkServices: [],
    unreadable: new Map(),
    holds: [],
    nowUtc: NOW,
    freshSinceUtc: "2026-11-23T11:00:00.000Z",
    ...some,
  });
  const FRESH = "2026-11-23T11:00:00.000Z";
  const refused = (atUtc: string) => view({ feed: feed({ refused: { identity: "x", atUtc, count: 1 } }) });

  test("of one that lives is what it confirmed, with its version", () =>
    expect(proofOf(world(), view())).toEqual([
      {
        says: "no Service of cluster one owns or shares it",
        source: "Kubernetes",
        atUtc: "2026-11-23T11:50:00.000Z",
        version: "10",
      },
    ]));

  test("of a deleted one is that Azure does not have it, that nothing took its place, and its silence", () =>
    expect(
      proofOf(world(), view({ state: "gone", feed: feed({ atUtc: "2026-11-23T10:00:00.000Z" }) })),
    ).toEqual([
      { says: "managed cluster one does not exist", source: "Azure", atUtc: NOW },
      {
        says: "no managed cluster has node resource group MC_one, and nothing was received from one or written there since 2026-11-23T10:00:00.000Z",
        source: "Azure",
        atUtc: NOW,
      },
    ]));

  test("of a deleted one is missing while a resource that it left was written within the stale time", () => {
    const writtenAtUtc = "2026-11-23T11:55:00.000Z";
    expect(proofOf(world(), view({ state: "gone", writtenAtUtc }))).toEqual({
      missing: `Azure has no managed cluster one, but a resource in MC_one was written at ${writtenAtUtc}`,
    });
  });

  test("of a deleted one is missing while its registration, which read it from Azure, is within the stale time", () =>
    expect(
      proofOf(world(), { cluster: cluster({ registeredAtUtc: NOW }), state: "gone", declared: [] }),
    ).toEqual({ missing: `Azure has no managed cluster one, but it was registered at ${NOW}` }));

  test("of a deleted one that never reported counts from its registration", () =>
    expect(proofOf(world(), { cluster: cluster(), state: "gone", declared: [] })).toMatchObject([
      {},
      { says: expect.stringContaining("since its registration") },
    ]));

  test.each<[string, ReturnType<typeof view>, boolean]>([
    [
      "a deleted one that reported at the last moment that counts",
      view({ state: "gone", feed: feed({ atUtc: FRESH }) }),
      false,
    ],
    [
      "a deleted one that reported before it",
      view({ state: "gone", feed: feed({ atUtc: "2026-11-23T10:59:59.999Z" }) }),
      true,
    ],
    ["one that confirmed at the first moment that counts", view({ feed: feed({ atUtc: FRESH }) }), true],
    ["one that confirmed before it", view({ feed: feed({ atUtc: "2026-11-23T10:59:59.999Z" }) }), false],
    ["one with a foreign list at the last moment that counts", refused(FRESH), false],
    ["one with a foreign list before it", refused("2026-11-23T10:59:59.999Z"), true],
    ["one that reported, and never completed a list", view({ feed: { cluster: "one", sequence: 3 } }), false],
    [
      "one with windows and without a list",
      (() => {
        const { list: _none, ...windows } = feed();
        return view({ feed: windows });
      })(),
      false,
    ],
    [
      "one that was registered without a check",
      view({ cluster: cluster({ unchecked: { reason: "r", atUtc: NOW } }) }),
      false,
    ],
    [
      "a deleted one that was registered without a check",
      view({
        state: "gone",
        cluster: cluster({ unchecked: { reason: "r", atUtc: NOW } }),
        feed: feed({ atUtc: "2026-11-23T10:00:00.000Z" }),
      }),
      false,
    ],
  ])("of %s", (_, one, isProved) => expect(Array.isArray(proofOf(world(), one))).toBe(isProved));

  test("is made once for all of its resources", () => {
    const one = view();
    expect(proofOf(world(), one)).toBe(proofOf(world(), one));
  });
});

describe("lookups in a world", () => {
  const other = frontend({ name: "other" });
  const world: World = {
    clusters: [view()],
    balancers: [balancer({ frontends: [frontend(), other] })],
    privateLinkServices: [
      pls({ connections: [connection()] }),
      pls({ name: "both", frontendIds: [frontend().id.toUpperCase(), other.id] }),
      pls({ name: "none", frontendIds: [] }),
    ],
    unreadable: new Map(),
    holds: [],
    nowUtc: NOW,
    freshSinceUtc: NOW,
  };
  const { clusterOf, balancerOf, plsOf, privateLinkServicesOn, privateLinkServicesAt } = lookupIn(world);
  const names = (privateLinkServices: readonly { name: string }[]) =>
    privateLinkServices.map(({ name }) => name);

  test("find by any case of an id", () => {
    expect(clusterOf(balancerId().toUpperCase())?.cluster.name).toBe("one");
    expect(balancerOf(frontend().id.toUpperCase())?.id).toBe(balancerId());
    expect(plsOf(plsIdIn("pls").toUpperCase())?.name).toBe("pls");
    expect(names(privateLinkServicesAt(other.id.toUpperCase()))).toEqual(["both"]);
    expect(names(privateLinkServicesAt(frontend().id))).toEqual(["pls", "both"]);
    expect(names(privateLinkServicesOn({ ...balancer(), id: balancerId().toUpperCase() }))).toEqual([
      "pls",
      "both",
    ]);
  });

  test("find nothing of what is not there", () => {
    expect([clusterOf(balancerId("MC_x")), balancerOf("nonsense"), plsOf("nonsense")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([
      privateLinkServicesAt("nonsense"),
      privateLinkServicesOn(balancer({ id: balancerId("MC_x") })),
    ]).toEqual([[], []]);
  });

  test("are made once for each world", () => {
    expect(lookupIn(world)).toBe(lookupIn(world));
    expect(lookupIn({ ...world, privateLinkServices: [] }).plsOf(plsIdIn("pls"))).toBeUndefined();
  });
});

test("a Service that is confirmed while its cluster is read is in what was read", async () => {
  const proposal = declared({ strength: "proposal" });
  await propose(run, proposal);
  const { declarations: confirmed, proposals } = run.tables;
  const [listConfirmed, listProposed] = [confirmed.list.bind(confirmed), proposals.list.bind(proposals)];
  const whole = Promise.withResolvers<void>();
  let readings = 0;
  proposals.list = async function* (...args) {
    if ((readings += 1) > 1) await whole.promise;
    yield* listProposed(...args);
  };
  confirmed.list = async function* (...args) {
    yield* listConfirmed(...args);
    for (const { key } of await Array.fromAsync(listProposed("one")))
      await proposals.transact("one", [{ do: "remove", key }]);
    whole.resolve();
  };
  const { declared: read } = await viewCluster(run, cluster(), { state: "present" });
  expect(read.map(({ uid }) => uid)).toEqual([proposal.uid]);
});
