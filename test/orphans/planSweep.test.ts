/** Which rows of the quarantine are due, in which order they are deleted, and what keeps what. */
import { describe, expect, test } from "vitest";
import type { Change } from "../../shared/changes/plan.ts";
import type { PrivateLinkService, LoadBalancer } from "../../shared/azure/networkModel.ts";
import type { OrphanKind, Quarantined } from "../../shared/orphans/model.ts";
import { awaiting, isConfirmedSince, partsOf, planSweep } from "../../shared/orphans/planSweep.ts";
import type { ClusterView, World } from "../../shared/orphans/world.ts";
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
  NOW,
  view,
} from "../builders/world.ts";

const BEFORE = "2026-11-16T12:00:00.000Z";
const DEAD = frontend({ name: "dead" });

/** Due: its grace period is over, and the cluster confirmed under a later number. */
const row = (kind: OrphanKind, resourceId: string, some: Partial<Quarantined> = {}): Quarantined => ({
  resourceId,
  kind,
  cluster: "one",
  reason: "no Service uses it",
  evidence: [{ says: "so", source: "Azure", atUtc: NOW }],
  quarantinedAtUtc: BEFORE,
  deleteAfterUtc: NOW,
  lastProvedAtUtc: NOW,
  subject: "s",
  sequence: 4,
  isFinal: true,
  ...some,
});
const world = (some: Partial<World> = {}): World => ({
  clusters: [view()],
  balancers: [],
  privateLinkServices: [],
  unreadable: new Map(),
  holds: [],
  nowUtc: NOW,
  freshSinceUtc: "2026-11-23T11:00:00.000Z",
  ...some,
});
/** `kind of change, name` in the order of the plan. */
const planned = (rows: readonly Quarantined[], some: Partial<World> = {}) =>
  planSweep(rows, world(some)).changes.map(
    ({ action, resourceId }) => `${action} ${resourceId.split("/").at(-1)}`,
  );

describe("what was confirmed since", () => {
  const gone = (some: Partial<ClusterView> = {}) =>
    view({ state: "gone", feed: feed({ atUtc: BEFORE }), ...some });
  test.each<[string, ClusterView[], Partial<Quarantined>, boolean]>([
    ["a later list of the cluster", [view()], {}, true],
    ["a list under the same number was true before", [view()], { sequence: 5 }, false],
    ["a list that came while the grace period lasted", [view()], { isFinal: false }, false],
    ["no list at all", [{ cluster: cluster(), state: "present", declared: [] }], {}, false],
    ["a feed without a complete list", [view({ feed: { cluster: "one", sequence: 9 } })], {}, false],
    ["a list of another cluster", [view({ cluster: cluster({ name: "two" }) })], {}, false],
    ["a cluster that could not be read", [view({ state: "unknown" })], {}, false],
    [
      "a connection needs no list: this read of Azure is the second",
      [view()],
      { kind: "connection", isFinal: false },
      true,
    ],
    [
      "a connection of a cluster that could not be read",
      [view({ state: "unknown" })],
      { kind: "connection" },
      false,
    ],
    ["the silence of a deleted cluster", [gone()], { isFinal: false, sequence: 9 }, true],
    ["a deleted cluster that never reported", [gone({ feed: { cluster: "one", sequence: 0 } })], {}, true],
    ["a deleted cluster that reported since", [gone({ feed: feed({ atUtc: NOW }) })], {}, false],
    [
      "a deleted cluster whose webhook sent a review since",
      [gone({ declared: [declared({ strength: "proposal", observedAtUtc: NOW })] })],
      {},
      false,
    ],
    ["a deleted cluster of which a proposed DELETE came since", [gone({ admittedAtUtc: NOW })], {}, false],
    [
      "what a deleted cluster confirmed earlier is no later report",
      [gone({ declared: [declared({ observedAtUtc: NOW })] })],
      {},
      true,
    ],
  ])("%s", (_, clusters, some, expected) =>
    expect(isConfirmedSince(row("loadBalancer", balancerId(), some), world({ clusters }))).toBe(expected),
  );
});

describe("a row is due", () => {
  test.each<[string, Partial<Quarantined>, string[]]>([
    ["when its grace period is over", {}, ["delete kubernetes-internal"]],
    ["not one moment before", { deleteAfterUtc: "2026-11-23T12:00:00.001Z" }, []],
    ["not in the sweep that found it, whatever the grace period", { quarantinedAtUtc: NOW }, []],
    ["not before its cluster confirmed again", { sequence: 5 }, []],
  ])("%s", (_, some, expected) =>
    expect(planned([row("loadBalancer", balancerId(), some)])).toEqual(expected),
  );
});

describe("a list of the cluster is requested again", () => {
  const one = row("loadBalancer", balancerId(), { sequence: 5 });
  test.each<[string, Quarantined, ClusterView, boolean]>([
    ["about a row whose grace period is over", one, view(), true],
    ["not while the grace period lasts", { ...one, isFinal: false }, view(), false],
    ["not once it confirmed", { ...one, sequence: 4 }, view(), false],
    ["not if it was deleted", one, view({ state: "gone", feed: feed({ atUtc: NOW }) }), false],
    ["not if it could not be read", one, view({ state: "unknown" }), false],
  ])("%s", (_, quarantined, clusterView, expected) =>
    expect(awaiting([quarantined], world({ clusters: [clusterView] }))).toEqual(
      expected ? [quarantined] : [],
    ),
  );
});

test("it is the row's own cluster whose list is requested again", () => {
  const two = view({ cluster: cluster({ name: "two" }), state: "gone" });
  const one = row("loadBalancer", balancerId(), { sequence: 5 });
  expect(awaiting([one], world({ clusters: [two, view()] }))).toEqual([one]);
});

describe("the order and what keeps what", () => {
  const pe = connection({ status: "Disconnected" });
  const service = pls({ connections: [pe] });
  const shared = balancer({ frontends: [frontend(), DEAD] });
  const whole = row("loadBalancer", balancerId());
  const ofPls = row("pls", service.id);
  const ofConnection = row("connection", pe.id);
  const ofFrontend = row("frontend", DEAD.id);
  const onDead = pls({ name: "other", frontendIds: [DEAD.id.toUpperCase()] });

  test.each<[string, Quarantined[], LoadBalancer[], PrivateLinkService[], string[]]>([
    [
      "connections, then their Private Link Service, then its load balancer",
      [whole, ofPls],
      [balancer()],
      [service],
      ["delete pe.1", "delete pls", "delete kubernetes-internal"],
    ],
    [
      "a connection is deleted once, whichever rows name it",
      [ofConnection, ofPls],
      [],
      [service],
      ["delete pe.1", "delete pls"],
    ],
    ["a connection alone", [ofConnection], [], [service], ["delete pe.1"]],
    [
      "the connections of the row's own Private Link Service only",
      [row("pls", plsIdIn("x"))],
      [],
      [service],
      ["delete x"],
    ],
    [
      "a load balancer stays while a Private Link Service on it is not due",
      [whole, { ...ofPls, deleteAfterUtc: "2027-01-01T00:00:00.000Z" }],
      [balancer()],
      [service],
      [],
    ],
    [
      "a load balancer stays while one of two Private Link Services on it is not due",
      [row("loadBalancer", balancerId()), ofPls],
      [shared],
      [service, onDead],
      ["delete pe.1", "delete pls"],
    ],
    [
      "a Private Link Service on another load balancer keeps nothing",
      [whole],
      [balancer()],
      [pls({ frontendIds: [frontend({}, balancerId("MC_two")).id] })],
      ["delete kubernetes-internal"],
    ],
    [
      "a load balancer stays while a Private Link Service is on it and on another one",
      [whole],
      [balancer()],
      [pls({ frontendIds: [frontend({}, balancerId("MC_two")).id, frontend().id] })],
      [],
    ],
    [
      "a frontend stays while a Private Link Service is on it and on another one",
      [ofFrontend],
      [shared],
      [pls({ frontendIds: [frontend().id, DEAD.id] })],
      [],
    ],
    [
      "a frontend is taken out of its load balancer",
      [ofFrontend],
      [shared],
      [],
      ["update kubernetes-internal"],
    ],
    ["a frontend whose load balancer was not listed stays", [ofFrontend], [], [], []],
    [
      "a frontend stays while the Private Link Service on it is not due",
      [ofFrontend],
      [shared],
      [onDead],
      [],
    ],
    [
      "a frontend stays while one of two Private Link Services on it is not due",
      [ofFrontend, row("pls", onDead.id)],
      [shared],
      [onDead, pls({ name: "third", frontendIds: [DEAD.id] })],
      ["delete other"],
    ],
    [
      "a frontend goes after the Private Link Service on it",
      [ofFrontend, row("pls", onDead.id)],
      [shared],
      [onDead],
      ["delete other", "update kubernetes-internal"],
    ],
    [
      "a Private Link Service on the frontend beside it keeps it not",
      [ofFrontend],
      [shared],
      [service],
      ["update kubernetes-internal"],
    ],
  ])("%s", (_, rows, balancers, privateLinkServices, expected) =>
    expect(planned(rows, { balancers, privateLinkServices })).toEqual(expected),
  );

  test("each delete has the reason, the evidence and the cluster of its row", () => {
    expect(planSweep([ofPls], world({ privateLinkServices: [service] })).changes).toMatchObject(
      [pe.id, service.id].map((resourceId) => ({
        action: "delete",
        capability: "sweep",
        resourceId,
        cluster: "one",
        reason: `orphan in quarantine since ${BEFORE}: no Service uses it`,
        evidence: ofPls.evidence,
      })),
    );
  });

  describe("parts fail separately", () => {
    const id = balancerId("MC_two");
    const two = balancer({ id, frontends: [frontend({}, id)] });
    const parked = pls({ name: "parked", id: plsIdIn("parked", "rg-pls"), frontendIds: [] });
    const all = world({ balancers: [balancer(), two], privateLinkServices: [service, parked] });
    const nameOf = ({ resourceId }: Change) => resourceId.split("/").at(-1)?.toLowerCase();
    const partsIn = (rows: readonly Quarantined[], one = all) =>
      partsOf(planSweep(rows, one), one, rows).map(({ changes, after = [] }) => ({
        changes: changes.map(nameOf).join(", "),
        after: after.map(nameOf).join(", "),
      }));

    test("a load balancer is deleted only after all that is on it", () => {
      const rows = [whole, row("loadBalancer", id.toUpperCase()), row("pls", parked.id), ofPls, ofConnection];
      expect(partsIn(rows)).toEqual([
        { changes: "parked", after: "" },
        { changes: "pe.1, pls", after: "" },
        { changes: "kubernetes-internal", after: "pls" },
        { changes: "kubernetes-internal", after: "" },
      ]);
    });

    test("a frontend is removed only after the Private Link Service on it", () => {
      const one = world({ balancers: [shared], privateLinkServices: [onDead, service] });
      expect(partsIn([ofFrontend, row("pls", onDead.id), ofPls], one)).toEqual([
        { changes: "other", after: "" },
        { changes: "pe.1, pls", after: "" },
        { changes: "kubernetes-internal", after: "other" },
      ]);
    });
  });

  describe("what failed last is deleted last: it must not use up the limits of every sweep", () => {
    const named = (name: string) => pls({ name, id: plsIdIn(name, "rg-pls"), frontendIds: [] });
    const [a, b, c] = ["a", "b", "c"].map((name) => row("pls", named(name).id)) as [
      Quarantined,
      Quarantined,
      Quarantined,
    ];
    const inOrder = (rows: readonly Quarantined[], some: Partial<World>) =>
      partsOf(planSweep(rows, world(some)), world(some), rows).flatMap(({ changes }) =>
        changes.map(({ resourceId }) => resourceId.split("/").at(-1)),
      );

    test("among its kind", () => {
      const rows = [{ ...a, failedAtUtc: NOW }, { ...b, failedAtUtc: BEFORE }, c];
      expect(inOrder(rows, { privateLinkServices: [named("a"), named("b"), named("c")] })).toEqual([
        "c",
        "b",
        "a",
      ]);
    });

    test("among all kinds, with what depends on it", () => {
      const rows = [whole, { ...ofPls, failedAtUtc: NOW }, a];
      const some = { balancers: [balancer()], privateLinkServices: [service, named("a")] };
      expect(inOrder(rows, some)).toEqual(["a", "pe.1", "pls", "kubernetes-internal"]);
    });

    test("a connection that failed comes after what did not", () => {
      const rows = [{ ...ofConnection, failedAtUtc: NOW }, a];
      expect(inOrder(rows, { privateLinkServices: [service, named("a")] })).toEqual(["a", "pe.1"]);
    });
  });
});
