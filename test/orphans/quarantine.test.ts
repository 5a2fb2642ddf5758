/** What enters quarantine, what stays in it with which number, and what leaves it. */
import { beforeEach, describe, expect, test } from "vitest";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import type { Candidate } from "../../shared/orphans/classify.ts";
import { recordOrphans } from "../../shared/orphans/countOrphans.ts";
import { findHold, hold, listHolds, release } from "../../shared/orphans/hold.ts";
import { awaitsFirstReport, type Quarantined } from "../../shared/orphans/model.ts";
import {
  awaitAgain,
  graceOf,
  leave,
  listQuarantine,
  previewQuarantine,
  readQuarantine,
  updateQuarantine,
} from "../../shared/orphans/quarantine.ts";
import { subjectOf } from "../../shared/orphans/subject.ts";
import { isHeardOf, lastHeardUtc, type ClusterView, type World } from "../../shared/orphans/world.ts";
import { defaultPolicy, Policy } from "../../shared/policy/policy.ts";
import {
  balancer,
  balancerId,
  cluster,
  connection,
  declared,
  feed,
  frontend,
  identity,
  pls,
  plsIdIn,
  NOW,
  rule,
  view,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const DAY = 24 * 3600;
const policy = defaultPolicy;
const candidate = (some: Partial<Candidate> = {}): Candidate => ({
  resourceId: balancerId(),
  kind: "loadBalancer",
  cluster: "one",
  verdict: "orphan",
  for: [
    { says: "no Service uses it", source: "Kubernetes", atUtc: NOW },
    { says: "nothing in Azure does", source: "Azure", atUtc: NOW },
  ],
  against: [],
  missing: [],
  ...some,
});
const world = (some: Partial<World> = {}): World => ({
  clusters: [view()],
  balancers: [balancer()],
  privateLinkServices: [pls()],
  unreadable: new Map(),
  holds: [],
  nowUtc: NOW,
  freshSinceUtc: NOW,
  ...some,
});

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});
const update = async (candidates: readonly Candidate[], some: Partial<World> = {}) =>
  updateQuarantine(run, { candidates, world: world(some), policy }, await readQuarantine(run));
const released = () => run.tables.journal.all().map(({ outcome, why }) => `${outcome}: ${why}`);

describe("an orphan", () => {
  test("enters with its evidence, its due date and the newest number issued to its cluster", async () => {
    const entered = await update([candidate()], { clusters: [view({ feed: feed({ sequence: 7 }) })] });
    expect(entered).toStrictEqual([
      {
        resourceId: balancerId(),
        kind: "loadBalancer",
        cluster: "one",
        reason: "no Service uses it; nothing in Azure does",
        evidence: candidate().for,
        quarantinedAtUtc: NOW,
        deleteAfterUtc: "2026-11-30T12:00:00.000Z",
        lastProvedAtUtc: NOW,
        subject: subjectOf(world(), candidate()),
        sequence: 7,
        identity: "identity of one",
        boundAtUtc: NOW,
      },
    ]);
    expect(await listQuarantine(run)).toEqual(entered);
  });

  test.each<[string, Partial<World>, number]>([
    ["that was never issued one", { clusters: [{ cluster: cluster(), state: "present", declared: [] }] }, 0],
    ["that is not registered any more", { clusters: [] }, 0],
  ])("of a cluster %s enters under number 0", async (_, some, sequence) =>
    expect(await update([candidate()], some)).toMatchObject([{ sequence }]),
  );

  test("that is only suspected does not enter", async () =>
    expect(await update([candidate({ verdict: "unproved" })])).toEqual([]));

  test("is shown in a preview, and not written", async () => {
    const preview = previewQuarantine(run, { candidates: [candidate()], world: world(), policy }, []);
    expect(preview).toHaveLength(1);
    expect(run.tables.quarantine.all()).toEqual([]);
  });
});

describe("the grace period begins with the next report", () => {
  const [azure, kubernetes] = [
    { says: "nothing in Azure does", source: "Azure", atUtc: NOW },
    { says: "no Service uses it", source: "Kubernetes", atUtc: NOW },
  ] as const;
  test.each<[string, Partial<Quarantined>, boolean]>([
    ["if the cluster is part of the evidence", { evidence: [azure, kubernetes] }, true],
    ["until it came", { evidence: [azure, kubernetes], isConfirmed: true }, false],
    ["not if Azure alone is the evidence, as for a deleted cluster", { evidence: [azure, azure] }, false],
  ])("%s", async (_, some, expected) => {
    const [row] = await update([candidate()]);
    expect(row && awaitsFirstReport({ ...row, ...some })).toBe(expected);
  });

  test("of the same cluster, not of another one", async () => {
    const confirmed = { resourceVersion: "9", sequence: 8, atUtc: "2026-11-23T18:00:00.000Z" };
    const silent = view({ cluster: cluster({ name: "two" }), feed: feed({ sequence: 7 }) });
    const orphan = candidate({ cluster: "two" });
    await update([orphan], { clusters: [view(), silent] });
    run.clock.advance(DAY);
    const clusters = [view({ feed: feed({ sequence: 9, confirmed }) }), silent];
    const [row] = await update([orphan], { clusters });
    expect(row).toMatchObject({ quarantinedAtUtc: NOW, sequence: 7 });
    expect(row?.isConfirmed).toBeUndefined();
  });

  test("not if its cluster has not completed a list yet", async () => {
    const { confirmed: _none, ...unconfirmed } = feed({ sequence: 7 });
    const clusters = [view({ feed: unconfirmed })];
    await update([candidate()], { clusters });
    run.clock.advance(DAY);
    expect(await update([candidate()], { clusters })).toMatchObject([{ quarantinedAtUtc: NOW }]);
  });

  test("of a connection it does not", async () => {
    const dead = candidate({ kind: "connection", resourceId: connection().id });
    await update([dead], { clusters: [view({ feed: feed({ sequence: 7 }) })] });
    run.clock.advance(DAY);
    const confirmed = { resourceVersion: "9", sequence: 8, atUtc: "2026-11-23T18:00:00.000Z" };
    const clusters = [view({ feed: feed({ sequence: 9, confirmed }) })];
    const [row] = await update([dead], { clusters });
    expect(row?.quarantinedAtUtc).toBe(NOW);
    expect(row?.isConfirmed).toBeUndefined();
  });
});

describe("a row", () => {
  const numbered = (sequence: number, some: Partial<ClusterView> = {}): Partial<World> => ({
    clusters: [view({ feed: feed({ sequence }), ...some })],
  });
  const REPORTED = "2026-11-23T18:00:00.000Z";
  const confirmedUnder = (
    sequence: number,
    { atUtc = REPORTED, state = "present" }: { atUtc?: string; state?: ClusterView["state"] } = {},
  ) =>
    numbered(9, {
      state,
      feed: feed({ sequence: 9, atUtc, confirmed: { resourceVersion: "9", sequence, atUtc } }),
    });
  beforeEach(async () => {
    await update([candidate()], numbered(7));
    run.clock.advance(DAY);
  });
  const begins = (some: Partial<Quarantined>) => ({ quarantinedAtUtc: "2026-11-24T12:00:00.000Z", ...some });
  const stays = (some: Partial<Quarantined>) => ({
    quarantinedAtUtc: NOW,
    lastProvedAtUtc: "2026-11-24T12:00:00.000Z",
    ...some,
  });

  test.each<[string, Candidate, Partial<World>, Partial<Quarantined>]>([
    ["keeps its place and its number while it is proved", candidate(), numbered(9), stays({ sequence: 7 })],
    [
      "begins when its cluster has sent a list after Azure was read",
      candidate(),
      confirmedUnder(8),
      begins({ isConfirmed: true, deleteAfterUtc: "2026-12-01T12:00:00.000Z", sequence: 7 }),
    ],
    [
      "does not begin with a report that is as old as what was read from Azure",
      candidate(),
      confirmedUnder(7),
      stays({ deleteAfterUtc: "2026-11-30T12:00:00.000Z" }),
    ],
    [
      "of a deleted cluster does not begin with a report",
      candidate(),
      confirmedUnder(8, { state: "gone", atUtc: "2026-11-23T11:00:00.000Z" }),
      stays({ sequence: 7 }),
    ],
    [
      "is the same in another case of its id",
      candidate({ resourceId: balancerId().toUpperCase() }),
      numbered(9),
      stays({}),
    ],
    [
      "begins again if what it was judged on changed",
      candidate(),
      { ...numbered(9), balancers: [balancer({ frontends: [frontend(), frontend({ name: "b" })] })] },
      begins({ sequence: 9 }),
    ],
    [
      "begins again if its cluster is bound to another identity",
      candidate(),
      numbered(9, { cluster: cluster({ identity: identity("other") }) }),
      begins({ identity: "other" }),
    ],
    [
      "begins again if an operator confirms the identity of its cluster again",
      candidate(),
      numbered(9, {
        cluster: cluster({
          identity: { ...identity("identity of one"), boundAtUtc: "2026-11-24T11:00:00.000Z" },
        }),
      }),
      begins({ boundAtUtc: "2026-11-24T11:00:00.000Z" }),
    ],
    [
      "begins again if its deleted cluster reported since",
      candidate(),
      numbered(9, { state: "gone", feed: feed({ sequence: 9, atUtc: "2026-11-23T12:00:00.001Z" }) }),
      begins({ sequence: 9 }),
    ],
    [
      "stays if its deleted cluster reported last when it entered",
      candidate(),
      numbered(9, { state: "gone", feed: feed({ sequence: 9, atUtc: NOW }) }),
      stays({ sequence: 7 }),
    ],
  ])("%s", async (_, one, some, expected) => {
    const rows = await update([one], some);
    expect(rows).toMatchObject([expected]);
    expect(await listQuarantine(run)).toEqual(rows);
    expect(released()).toEqual([]);
  });

  const withdrawn = { version: "2", withdrawal: "uid 10" };
  test.each<[string, Partial<Candidate>, Partial<Candidate>, Partial<Quarantined>]>([
    ["stays while its Service declares the same", withdrawn, withdrawn, stays({ sequence: 7, version: "2" })],
    [
      "begins again if it was written since",
      withdrawn,
      { ...withdrawn, version: "3" },
      begins({ version: "3" }),
    ],
    [
      "begins again if its Service changed what it declares since",
      withdrawn,
      { ...withdrawn, withdrawal: "uid 12" },
      begins({ version: "2" }),
    ],
    ["begins again if the Service that withdrew it was deleted since", withdrawn, {}, begins({})],
    ["begins again if it turned out to have a Service", {}, withdrawn, begins({ version: "2" })],
  ])("of a Private Link Service %s", async (_, before, after, expected) => {
    const of = (some: Partial<Candidate>) => candidate({ resourceId: plsIdIn("pls"), kind: "pls", ...some });
    run = memoryRun();
    await update([of(before)], numbered(7));
    run.clock.advance(DAY);
    expect(await update([of(after)], numbered(9))).toMatchObject([{ sequence: 9, ...expected }]);
  });

  test("gets a new number once when its grace period ends, and keeps that one", async () => {
    run.clock.advance(6 * DAY - 1);
    expect((await update([candidate()], numbered(9)))[0]).not.toHaveProperty("isFinal");
    run.clock.advance(1);
    expect(await update([candidate()], numbered(11))).toMatchObject([{ sequence: 11, isFinal: true }]);
    expect(await update([candidate()], numbered(13))).toMatchObject([{ sequence: 11, isFinal: true }]);
  });

  test("that has to be confirmed again gets another number, and is not final until then", async () => {
    run.clock.advance(6 * DAY);
    const [final] = await update([candidate()], numbered(11));
    if (final) await awaitAgain(run, final);
    expect((await listQuarantine(run))[0]).not.toHaveProperty("isFinal");
    expect(await update([candidate()], numbered(13))).toMatchObject([{ sequence: 13, isFinal: true }]);
  });

  test("that is not final when it enters has no mark, however short the grace period", async () => {
    const [row] = await update([candidate(), candidate({ resourceId: plsIdIn("pls"), kind: "pls" })]);
    expect(row).not.toHaveProperty("isFinal");
  });

  test.each<[string, Candidate[], Partial<World>, string[]]>([
    ["stays while its proof is missing", [candidate({ verdict: "unproved", missing: ["a report"] })], {}, []],
    [
      "leaves if something is evidence against it, with the reason",
      [candidate({ verdict: "unproved", against: ["it is in use", "it is held"] })],
      {},
      ["released: it is in use; it is held"],
    ],
    [
      "leaves if nothing is reported against it any more",
      [],
      {},
      ["released: a Service uses it, or it does not exist any more"],
    ],
    [
      "stays while the state of its cluster cannot be read",
      [],
      { clusters: [view({ state: "unknown" })] },
      [],
    ],
    ["stays while its subscription cannot be read", [], { unreadable: new Map([[SUBSCRIPTION, "403"]]) }, []],
    [
      "leaves although another subscription cannot be read",
      [],
      { unreadable: new Map([["other", "403"]]) },
      ["released: a Service uses it, or it does not exist any more"],
    ],
  ])("%s", async (_, candidates, some, lines) => {
    await update(candidates, some);
    expect(released()).toEqual(lines);
    expect(await listQuarantine(run)).toHaveLength(1 - lines.length);
    if (lines.length > 0)
      expect(run.tables.journal.all()[0]?.change).toMatchObject({
        action: "delete",
        resourceId: balancerId(),
      });
  });

  describe("that another sweep wrote after this one read the quarantine", () => {
    const later = "2026-11-24T12:00:00.000Z";
    const refuted = candidate({ against: ["it is in use"] });
    const write = async (value?: Quarantined) => {
      const key = canonicalId(balancerId());
      await run.tables.quarantine.transact("all", [
        value ? { do: "put", key, value } : { do: "remove", key },
      ]);
    };

    test.each<[string, Candidate]>([
      ["proved", candidate()],
      ["refuted", refuted],
    ])("stays as that sweep wrote it, and nothing comes of it here, where it is %s", async (_, judged) => {
      const rows = await readQuarantine(run);
      const newer = { ...rows[0]!.value, quarantinedAtUtc: later };
      await write(newer);
      expect(await updateQuarantine(run, { candidates: [judged], world: world(), policy }, rows)).toEqual([]);
      expect(await listQuarantine(run)).toEqual([newer]);
    });

    test("does not come back if that sweep removed it", async () => {
      const rows = await readQuarantine(run);
      await write();
      expect(
        await updateQuarantine(run, { candidates: [candidate()], world: world(), policy }, rows),
      ).toEqual([]);
      expect(await listQuarantine(run)).toEqual([]);
    });

    test("is not replaced if this sweep found no row", async () => {
      const newer = { ...(await listQuarantine(run))[0]!, quarantinedAtUtc: later };
      await write(newer);
      expect(await updateQuarantine(run, { candidates: [candidate()], world: world(), policy }, [])).toEqual(
        [],
      );
      expect(await listQuarantine(run)).toEqual([newer]);
    });

    test("has to be confirmed again, with the dates of that sweep", async () => {
      const [read] = await listQuarantine(run);
      const newer = { ...read!, quarantinedAtUtc: later };
      await write({ ...newer, isFinal: true });
      await awaitAgain(run, read!);
      expect(await listQuarantine(run)).toEqual([newer]);
    });

    test("does not come back to be confirmed again", async () => {
      const [read] = await listQuarantine(run);
      await write();
      await awaitAgain(run, read!);
      expect(await listQuarantine(run)).toEqual([]);
    });
  });

  test("leaves automatically, in any case of its id", async () => {
    const [row] = await listQuarantine(run);
    if (row) await leave(run, { ...row, resourceId: row.resourceId.toUpperCase() });
    expect(await listQuarantine(run)).toEqual([]);
  });
});

test.each<[string, object, number]>([
  ["of its kind", { sweepGraceByKind: { pls: 3 * DAY }, sweepGraceSeconds: 5 * DAY }, 3 * DAY],
  ["of all kinds", { sweepGraceByKind: { loadBalancer: DAY }, sweepGraceSeconds: 5 * DAY }, 5 * DAY],
  [
    "never less than a silent cluster takes to be noticed and two lists to come",
    { sweepGraceByKind: { pls: 0 }, staleMinutes: 60, declarations: { listSeconds: 600 } },
    4200,
  ],
])("the grace period is that %s", (_, some, seconds) =>
  expect(graceOf(Policy.parse(some), "pls")).toBe(seconds),
);

describe("what a resource was judged on", () => {
  const two = balancer({ frontends: [frontend(), frontend({ name: "b", address: "10.0.1.11" })] });
  const subject = (kind: Candidate["kind"], resourceId: string, some: Partial<World> = {}) =>
    subjectOf(
      world({ balancers: [two], privateLinkServices: [pls({ connections: [connection()] })], ...some }),
      {
        kind,
        resourceId,
      },
    );
  const changed = (some: Partial<typeof two>) => ({ balancers: [{ ...two, ...some }] });
  const [one, second] = two.frontends as [ReturnType<typeof frontend>, ReturnType<typeof frontend>];
  const relinked = (some: Parameters<typeof pls>[0]) => ({
    privateLinkServices: [pls({ connections: [connection()], ...some })],
  });

  test.each<[string, Candidate["kind"], string, Partial<World>, boolean]>([
    [
      "a load balancer: the order of its frontends",
      "loadBalancer",
      two.id,
      changed({ frontends: [second, one] }),
      true,
    ],
    [
      "a load balancer: the order of its rules",
      "loadBalancer",
      two.id,
      changed({ rules: two.rules.toReversed() }),
      true,
    ],
    [
      "a load balancer: the case of a name",
      "loadBalancer",
      two.id,
      changed({ frontends: [one, { ...second, name: "B" }] }),
      true,
    ],
    ["a load balancer: the members of its pools", "loadBalancer", two.id, changed({ pools: [] }), true],
    ["a load balancer: a frontend less", "loadBalancer", two.id, changed({ frontends: [one] }), false],
    [
      "a load balancer: an address",
      "loadBalancer",
      two.id,
      changed({ frontends: [one, { ...second, address: "10.0.1.12" }] }),
      false,
    ],
    [
      "a load balancer: a rule more",
      "loadBalancer",
      two.id,
      changed({ rules: [...two.rules, { ...rule(one), name: "r" }] }),
      false,
    ],
    [
      "a load balancer: a rule of another name",
      "loadBalancer",
      two.id,
      changed({ rules: [rule(one), { ...rule(second), name: "r" }] }),
      false,
    ],
    ["a frontend: one of its rules", "frontend", second.id, changed({ rules: [rule(one)] }), false],
    ["a frontend: a rule of another", "frontend", second.id, changed({ rules: [rule(second)] }), true],
    ["a frontend: another frontend", "frontend", second.id, changed({ frontends: [second] }), true],
    ["a frontend that is not there", "frontend", second.id, changed({ frontends: [one] }), false],
    [
      "a Private Link Service: its alias, which is new when it is created again",
      "pls",
      plsIdIn("pls"),
      relinked({ alias: "new" }),
      false,
    ],
    [
      "a Private Link Service: its frontend",
      "pls",
      plsIdIn("pls"),
      relinked({ frontendIds: [second.id] }),
      false,
    ],
    [
      "a Private Link Service: the case of its frontend",
      "pls",
      plsIdIn("pls"),
      relinked({ frontendIds: [one.id.toUpperCase()] }),
      true,
    ],
    ["a Private Link Service: its visibility", "pls", plsIdIn("pls"), relinked({ visibility: ["*"] }), true],
    [
      "a connection: its state",
      "connection",
      connection().id,
      relinked({ connections: [connection({ status: "Pending" })] }),
      false,
    ],
    [
      "a connection: another one",
      "connection",
      connection().id,
      relinked({ connections: [connection({ name: "b" }), connection()] }),
      true,
    ],
  ])("%s", (_, kind, id, some, isSame) => {
    const before = subject(kind, id);
    expect(before).toBeDefined();
    expect(subject(kind, id.toUpperCase(), some) === before).toBe(isSame);
  });
});

describe("when a cluster reported last", () => {
  const later = "2026-11-23T12:30:00.000Z";
  test.each<[string, Partial<ClusterView>, string | undefined]>([
    ["never", { feed: undefined as never }, undefined],
    ["by a report", { feed: feed({ atUtc: later }) }, later],
    ["by an admission that the cluster confirmed since", { feed: feed({ admittedAtUtc: later }) }, later],
    ["by an admission of what is proposed", { admittedAtUtc: later }, later],
    [
      "by a proposal beside what is confirmed",
      { declared: [declared({ strength: "proposal", observedAtUtc: later })] },
      later,
    ],
    [
      "not by what it confirmed before",
      { declared: [declared({ observedAtUtc: later })] },
      feed().heardAtUtc,
    ],
    [
      "by the newest of them",
      { feed: feed({ atUtc: NOW, admittedAtUtc: later }), admittedAtUtc: "2026-11-23T12:10:00.000Z" },
      later,
    ],
  ])("%s", (_, some, expected) => expect(lastHeardUtc(view(some))).toBe(expected));

  test.each<[ClusterView["state"], string, boolean]>([
    ["gone", "2026-11-23T12:29:59.999Z", true],
    ["gone", later, false],
    ["present", NOW, false],
    ["unknown", NOW, false],
  ])("a cluster that is %s and reports after %s has reported since: %s", (state, since, expected) =>
    expect(isHeardOf(view({ state, feed: feed({ atUtc: later }) }), since)).toBe(expected),
  );

  test("a deleted cluster that never reported has not reported since", () =>
    expect(isHeardOf({ cluster: cluster(), state: "gone", declared: [] }, "")).toBe(false));
});

describe("a hold", () => {
  beforeEach(() => hold(run, balancerId(), { who: "ann", why: "incident" }));

  test("has who set it, why and since when", async () =>
    expect(await listHolds(run)).toEqual([
      { resourceId: balancerId(), who: "ann", why: "incident", sinceUtc: NOW },
    ]));

  test.each([["kubernetes-internal"], [balancerId().toUpperCase()]])("is found by %s", async (selector) =>
    expect(await findHold(run, selector)).toMatchObject({ who: "ann" }),
  );

  test("is not found by another name", async () => expect(await findHold(run, "other")).toBeUndefined());

  test("is not found by a name that several have", async () => {
    await hold(run, balancerId("MC_two"), { who: "ann", why: "incident" });
    await expect(findHold(run, "kubernetes-internal")).rejects.toThrow(/MC_one.*MC_two/);
  });

  test("is released with the row of its resource: the grace period begins again", async () => {
    await update([candidate()]);
    expect(await release(run, balancerId().toUpperCase())).toBe(true);
    expect([await listHolds(run), await listQuarantine(run)]).toEqual([[], []]);
    expect(await release(run, balancerId())).toBe(false);
  });
});

test("orphans are counted by kind and by whether they are due, zero included", async () => {
  const [row] = await update([candidate()]);
  if (!row) throw new Error("no row");
  const due = { ...row, deleteAfterUtc: NOW };
  recordOrphans(run, [row, due, { ...due, kind: "pls" }]);
  expect(
    run.metrics.of("mooring.orphans").map(([count, { kind, state }]) => [kind, state, count].join(" ")),
  ).toEqual([
    "loadBalancer waiting 1",
    "loadBalancer due 1",
    "frontend waiting 0",
    "frontend due 0",
    "rule waiting 0",
    "rule due 0",
    "pls waiting 0",
    "pls due 1",
    "connection waiting 0",
    "connection due 0",
  ]);
});
