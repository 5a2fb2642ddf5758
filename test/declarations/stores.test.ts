/** What is kept of a cluster's reports: confirmed Services, proposals, staged pages, and what the sender missed. */
import { beforeEach, describe, expect, test } from "vitest";
import { watchAnnouncements } from "../../shared/declarations/announced.ts";
import { applyList } from "../../shared/declarations/completeList.ts";
import { applyChanges, contentOf, isSameRow } from "../../shared/declarations/confirmed.ts";
import { withProposals } from "../../shared/declarations/declared.ts";
import {
  isListRequested,
  requestList,
  newestSequence,
  readFeed,
  readFeedRow,
  writeFeed,
} from "../../shared/declarations/feed.ts";
import { identify } from "../../shared/declarations/identity.ts";
import type { Feed, Listed } from "../../shared/declarations/model.ts";
import { endMet, propose, settleProposals } from "../../shared/declarations/proposals.ts";
import { dropStaged, stagedServices, stagePage } from "../../shared/declarations/staging.ts";
import type { Change } from "../../shared/declarations/window.ts";
import { Conflict, NotYet } from "../../shared/core/errors.ts";
import type { Declared } from "../../shared/kubernetes/intent.ts";
import { cluster, declared, feed, intent, NOW } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

const listed = (name: string, some: Partial<Declared> = {}): Listed => {
  const {
    cluster: _c,
    strength: _s,
    observedAtUtc: _o,
    ...rest
  } = declared({ name, uid: `uid-${name}`, ...some });
  return { key: `shop/${name}`, declared: rest };
};
const put = (...all: Declared[]) =>
  Promise.all(
    all.map((value) =>
      run.tables.declarations.transact("one", [{ do: "put", key: `shop/${value.name}`, value }]),
    ),
  );
const stored = () =>
  run.tables.declarations
    .all()
    .map(({ name, uid, resourceVersion }) => [name, uid, resourceVersion].join(" "))
    .toSorted();
const address = (ipv4: string) => ({ intent: intent({ addresses: { ipv4 } }) });

const noClaims = async () => undefined;

/** Of a cluster that never reported. */
const NEVER = { sequence: 0 };

describe("changes of a window", () => {
  const present = (name: string, resourceVersion: string, some: Partial<Declared> = {}): Change => ({
    type: "present",
    key: `shop/${name}`,
    uid: `uid-${name}`,
    resourceVersion,
    listed: listed(name, { resourceVersion, ...some }),
  });
  const gone = (resourceVersion: string, uid = "uid-a"): Change => ({
    type: "deleted",
    key: "shop/a",
    uid,
    resourceVersion,
  });
  const other = (resourceVersion: string): Change => ({ ...gone(resourceVersion), type: "present" });
  const a = (resourceVersion = "10", some: Partial<Declared> = {}) =>
    declared({ name: "a", uid: "uid-a", resourceVersion, ...some });

  test.each<[string, Declared[], Change[], string[], string[]]>([
    ["that is new is confirmed", [], [present("a", "11")], ["a uid-a 11"], ["a"]],
    [
      "the newest of several of one Service counts",
      [],
      [present("a", "11"), present("a", "12", address("10.0.1.9"))],
      ["a uid-a 12"],
      ["a"],
    ],
    [
      "that declares something else replaces",
      [a()],
      [present("a", "11", address("10.0.1.9"))],
      ["a uid-a 11"],
      ["a"],
    ],
    ["that declares the same writes nothing", [a()], [present("a", "11")], ["a uid-a 10"], []],
    [
      "that is as old changes nothing",
      [a("11")],
      [present("a", "11", address("10.0.1.9"))],
      ["a uid-a 11"],
      [],
    ],
    ["that is older changes nothing", [a("12")], [gone("11")], ["a uid-a 12"], []],
    [
      "that was marked as missing is there again",
      [a("10", { missingSince: 3, deletedAtUtc: NOW })],
      [present("a", "11")],
      ["a uid-a 11"],
      [],
    ],
    ["of a Service that is no load balancer any more removes it", [a()], [other("11")], [], []],
    [
      "of another Service of the name that is no load balancer removes it",
      [a()],
      [{ ...other("11"), uid: "later" }],
      [],
      [],
    ],
    ["that deletes removes it", [a()], [gone("11")], [], []],
    [
      "that deletes an earlier uid of the name removes nothing",
      [a()],
      [gone("11", "earlier")],
      ["a uid-a 10"],
      [],
    ],
    ["that deletes what is not there changes nothing", [], [gone("11"), other("12")], [], []],
  ])("one %s", async (_, before, changes, after, news) => {
    await put(...before);
    const applied = await applyChanges(run, "one", { changes, claim: noClaims, feed: NEVER });
    expect(stored()).toEqual(after);
    expect(applied.map(({ name }) => name)).toEqual(news);
    for (const one of applied)
      expect(one).toMatchObject({ cluster: "one", strength: "confirmation", observedAtUtc: NOW });
  });

  test("that meet another writer are repeated", async () => {
    const { declarations } = run.tables;
    const get = declarations.get.bind(declarations);
    declarations.get = async (partition, key) => {
      const row = await get(partition, key);
      await put(a("10", address("10.0.1.8")));
      return row;
    };
    await put(a());
    await expect(
      applyChanges(run, "one", {
        changes: [present("a", "11", address("10.0.1.9"))],
        claim: noClaims,
        feed: NEVER,
      }),
    ).rejects.toThrow(NotYet);
    await expect(
      applyChanges(run, "one", { changes: [gone("11")], claim: noClaims, feed: NEVER }),
    ).rejects.toThrow("changed while they were written");
  });

  test("that another writer removed at the same time are removed", async () => {
    await put(a());
    const { declarations } = run.tables;
    const get = declarations.get.bind(declarations);
    declarations.get = async (partition, key) => {
      const row = await get(partition, key);
      await declarations.transact("one", [{ do: "remove", key: "shop/a" }]);
      return row;
    };
    expect(await applyChanges(run, "one", { changes: [gone("11")], claim: noClaims, feed: NEVER })).toEqual(
      [],
    );
  });

  test("all others are applied before a failure is thrown", async () => {
    run.tables.declarations.calls.failNext(new Error("503"), { method: "get" });
    await expect(
      applyChanges(run, "one", {
        changes: [present("a", "11"), present("b", "11")],
        claim: noClaims,
        feed: NEVER,
      }),
    ).rejects.toThrow("503");
    expect(stored()).toEqual(["b uid-b 11"]);
  });

  test.each<[string, Declared[], string, object]>([
    ["newer than all that the cluster reported is confirmed", [], "21", {}],
    [
      "not newer, and is not stored, was removed since: it is protected until a list decides",
      [],
      "20",
      { missingSince: 7, deletedAtUtc: NOW },
    ],
    ["not newer, and is newer than its row, is confirmed", [a("11")], "12", {}],
  ])("a Service whose version is %s", async (_, before, version, marked) => {
    await put(...before);
    const feed = { sequence: 7, seenVersion: "20" };
    await applyChanges(run, "one", { changes: [present("a", version)], claim: noClaims, feed });
    const { missingSince, deletedAtUtc } = run.tables.declarations.all()[0]!;
    expect({ missingSince, deletedAtUtc }).toEqual(marked);
  });

  test.each<[string, Partial<Declared>, boolean]>([
    ["its version", { resourceVersion: "99" }, true],
    ["when it was seen", { observedAtUtc: "2027-01-01T00:00:00.000Z" }, true],
    ["its uid", { uid: "other" }, false],
    ["what it declares", address("10.0.1.9"), false],
    ["that it is being deleted", { deletedAtUtc: NOW }, false],
    ["the field that it takes its address from", { usesLoadBalancerIp: true }, false],
    ["a mark that a list lacked it", { missingSince: 1 }, false],
  ])("a row differs by %s: same is %s", (_, some, expected) => {
    expect(isSameRow({ ...a(), ...some }, a())).toBe(expected);
    if (some.missingSince === undefined)
      expect(contentOf({ ...a(), ...some }) === contentOf(a())).toBe(expected);
  });
});

describe("a complete list", () => {
  const listing = (sequence: number) => ({ id: `s.${sequence}`, sequence, resourceVersion: "20" });
  const apply = async (sequence: number, services: readonly Listed[]) => {
    await stagePage(run, "one", { id: `s.${sequence}`, pages: 1 }, services);
    const news: string[] = [];
    const done = await applyList(run, "one", {
      listing: listing(sequence),
      noted: ({ name }) => news.push(name),
      claim: noClaims,
    });
    return { ...done, news };
  };
  const marks = () =>
    run.tables.declarations
      .all()
      .map(({ name, missingSince, deletedAtUtc }) => [name, missingSince, deletedAtUtc]);

  test("counts what it has and what changed, and reports what is new", async () => {
    await put(
      declared({ name: "a", uid: "uid-a" }),
      declared({ name: "b", uid: "uid-b", ...address("10.0.1.8") }),
    );
    expect(await apply(1, [listed("a"), listed("b"), listed("c")])).toEqual({
      services: 3,
      changed: 2,
      removed: 0,
      news: ["b", "c"],
    });
  });

  test("replaces a row of a higher version", async () => {
    await put(declared({ name: "a", uid: "uid-a", resourceVersion: "999", ...address("10.0.1.8") }));
    await apply(1, [listed("a", { resourceVersion: "12" })]);
    expect(stored()).toEqual(["a uid-a 12"]);
  });

  test("marks what it lacks, with the time at which it was lacked first", async () => {
    await put(declared({ name: "a" }), declared({ name: "b", deletedAtUtc: "2026-11-23T11:00:00.000Z" }));
    expect(await apply(4, [])).toMatchObject({ removed: 0 });
    expect(marks()).toEqual([
      ["a", 4, NOW],
      ["b", 4, "2026-11-23T11:00:00.000Z"],
    ]);
  });

  test.each([
    [5, 1],
    [4, 0],
    [3, 0],
  ])("%d ends %d of what list 4 lacked: only a later list is a second one", async (sequence, removed) => {
    await put(declared({ name: "a" }));
    await apply(4, []);
    expect((await apply(sequence, [])).removed).toBe(removed);
    expect(run.tables.declarations.all()).toHaveLength(1 - removed);
  });

  test("that began earlier does not move the mark back", async () => {
    await put(declared({ name: "a" }));
    await apply(4, []);
    await apply(3, []);
    expect(marks()).toEqual([["a", 4, NOW]]);
    expect((await apply(4, [])).removed).toBe(0);
  });

  test("that contains again what the one before lacked removes the mark, and reports no change", async () => {
    await put(declared({ name: "a", uid: "uid-a" }));
    await apply(4, []);
    expect((await apply(5, [listed("a")])).news).toEqual([]);
    expect(marks()).toEqual([["a", undefined, undefined]]);
    expect((await apply(6, [])).removed).toBe(0);
  });

  test("in which a Service is being deleted reports a change, whether or not the one before lacked it", async () => {
    await put(declared({ name: "a", uid: "uid-a" }));
    expect((await apply(4, [listed("a", { deletedAtUtc: NOW })])).news).toEqual(["a"]);
    await apply(5, []);
    expect((await apply(6, [listed("a", { deletedAtUtc: NOW })])).news).toEqual(["a"]);
  });

  test("in which a Service that is being deleted declares something else is written", async () => {
    await put(declared({ name: "a", uid: "uid-a", deletedAtUtc: NOW, ...address("10.0.1.8") }));
    const changed = listed("a", { deletedAtUtc: NOW, ...address("10.0.1.9") });
    expect((await apply(1, [changed])).changed).toBe(1);
    expect((await apply(2, [changed])).changed).toBe(0);
  });

  test("removes what another sender removed at the same time", async () => {
    await put(declared({ name: "a" }));
    await apply(4, []);
    const { declarations } = run.tables;
    const list = declarations.list.bind(declarations);
    declarations.list = async function* (partition) {
      for await (const row of list(partition)) {
        yield row;
        await declarations.transact("one", [{ do: "remove", key: row.key }]);
      }
    };
    expect((await apply(5, [])).removed).toBe(1);
  });

  test("of more than one transaction is written in several", async () => {
    const many = Array.from({ length: 205 }, (_, n) => listed(`s${1000 + n}`));
    expect((await apply(1, many)).changed).toBe(205);
    await apply(2, []);
    expect(marks().every(([, since]) => since === 2)).toBe(true);
    expect((await apply(3, [])).removed).toBe(205);
  });

  test("is repeated if another writer changed a row meanwhile", async () => {
    await put(declared({ name: "a", uid: "uid-a" }));
    const { declarations } = run.tables;
    const list = declarations.list.bind(declarations);
    declarations.list = async function* (partition) {
      for await (const row of list(partition)) {
        yield row;
        await put({ ...row.value, ...address("10.0.1.7") });
      }
    };
    await expect(apply(1, [listed("a", address("10.0.1.8"))])).rejects.toThrow(NotYet);
  });

  test("does not remove what was written since it was read", async () => {
    await put(declared({ name: "a" }));
    await apply(4, []);
    const { declarations } = run.tables;
    const list = declarations.list.bind(declarations);
    declarations.list = async function* (partition) {
      for await (const row of list(partition)) {
        yield row;
        await put(declared({ name: "a", ...address("10.0.1.7") }));
      }
    };
    await expect(apply(5, [])).rejects.toThrow(NotYet);
    expect(run.tables.declarations.all()).toHaveLength(1);
  });
});

describe("staged pages", () => {
  const names = async (id: string) =>
    (await Array.fromAsync(stagedServices(run, "one", { id }))).map((part) => part.map(({ key }) => key));

  test("are read in order, a part at a time, and only those of the list", async () => {
    await stagePage(run, "one", { id: "s.1", pages: 2 }, [listed("c")]);
    await stagePage(run, "one", { id: "s.1", pages: 1 }, [listed("a"), listed("b")]);
    await stagePage(run, "one", { id: "s.10", pages: 1 }, [listed("x")]);
    await stagePage(run, "two", { id: "s.1", pages: 1 }, [listed("y")]);
    expect(await names("s.1")).toEqual([["shop/a", "shop/b"], ["shop/c"]]);
    expect(run.tables.pages.all()[0]).toMatchObject({ stagedAtUtc: NOW });
  });

  test("are read in the order of their numbers, not of their digits", async () => {
    for (const pages of [10, 2]) await stagePage(run, "one", { id: "s.1", pages }, [listed(`p${pages}`)]);
    expect(await names("s.1")).toEqual([["shop/p2"], ["shop/p10"]]);
  });

  test("replace themselves when a page is written again", async () => {
    for (let n = 0; n < 2; n += 1) await stagePage(run, "one", { id: "s.1", pages: 1 }, [listed("a")]);
    expect(await names("s.1")).toEqual([["shop/a"]]);
  });

  test("are divided so that each part fits a row", async () => {
    const fqdns = ["x".repeat(90_000)];
    const large = (name: string) =>
      listed(name, {
        intent: intent({
          pls: {
            create: true,
            natIpCount: 1,
            natIps: [],
            fqdns,
            proxyProtocol: false,
            visibility: [],
            autoApproval: [],
          },
        }),
      });
    await stagePage(run, "one", { id: "s.1", pages: 1 }, ["a", "b", "c"].map(large));
    expect(await names("s.1")).toEqual([["shop/a", "shop/b"], ["shop/c"]]);
  });

  test("are dropped with their list, and stay while it goes on", async () => {
    for (const id of ["s.1", "s.10", "s.2"]) await stagePage(run, "one", { id, pages: 1 }, [listed("a")]);
    await dropStaged(run, "one", ["s.1", "s.3"]);
    expect(run.tables.pages.rows().map(({ key }) => key.split(" ")[0])).toEqual(["s.1"]);
  });
});

describe("proposals", () => {
  const proposal = (some: Partial<Declared> = {}) =>
    declared({ strength: "proposal", observedAtUtc: run.clock.nowUtc, ...some });
  const keys = () =>
    run.tables.proposals
      .rows()
      .map(({ key }) => key)
      .toSorted();

  test("of each uid and version stand beside each other, a DELETE too", async () => {
    await propose(run, proposal());
    await propose(run, proposal());
    await propose(run, proposal({ resourceVersion: "11" }));
    await propose(run, proposal({ deletedAtUtc: NOW }));
    const { resourceVersion: _none, ...bare } = proposal();
    await propose(run, bare);
    const uid = declared().uid;
    expect(keys()).toEqual([
      `shop/web ${uid} `,
      `shop/web ${uid} 10`,
      `shop/web ${uid} 10 deleted`,
      `shop/web ${uid} 11`,
    ]);
  });

  const DELETED = { deletedAtUtc: NOW };
  test.each<[string, Partial<Declared>, Declared | undefined, boolean]>([
    ["is met by the same", {}, declared(), true],
    ["is not met by something else", {}, declared(address("10.0.1.9")), false],
    ["is not met by nothing", {}, undefined, false],
    ["that deletes is met if the uid is not confirmed", DELETED, undefined, true],
    ["that deletes is met by another uid of the name", DELETED, declared({ uid: "other" }), true],
    ["that deletes is not met while the uid is confirmed", DELETED, declared(), false],
  ])("one %s", async (_, some, confirmed, isMet) => {
    if (confirmed) await put(confirmed);
    await propose(run, proposal(some));
    await endMet(run, "one", new Set(["shop/other"]));
    expect(keys()).toHaveLength(1);
    await endMet(run, "one", new Set(["shop/web"]));
    expect(keys()).toHaveLength(isMet ? 0 : 1);
  });

  const settle = async (rounds: number, seconds = 30) => {
    const dropped: Declared[] = [];
    for (let n = 0; n < rounds; n += 1) {
      dropped.push(...(await settleProposals(run, "one")));
      run.clock.advance(seconds);
    }
    return dropped.length;
  };

  test.each<[string, number, number, number]>([
    ["three lists are not enough: the first only begins the count", 3, 60, 0],
    ["a fourth list after 90 seconds ends it", 4, 30, 1],
    ["a fourth list sooner does not", 4, 29, 0],
    ["nor do two lists after hours", 2, 7200, 0],
  ])("one that is never confirmed: %s", async (_, rounds, seconds, dropped) => {
    await propose(run, proposal());
    expect(await settle(rounds, seconds)).toBe(dropped);
    expect(keys()).toHaveLength(1 - dropped);
  });

  test("one that is confirmed ends with the first list, and is not dropped", async () => {
    await put(declared());
    await propose(run, proposal());
    expect([await settle(1), keys()]).toEqual([0, []]);
  });

  test("a DELETE ends with the second list: what is absent may not be there yet", async () => {
    await propose(run, proposal(DELETED));
    expect([await settle(1), keys().length]).toEqual([0, 1]);
    expect([await settle(1), keys().length]).toEqual([0, 0]);
  });

  test("one that admission proposes again begins to wait again", async () => {
    await propose(run, proposal());
    await settle(3);
    await propose(run, proposal());
    expect(await settle(3)).toBe(0);
    expect(await settle(1)).toBe(1);
  });

  test("one that admission proposes again at that moment is not dropped", async () => {
    await propose(run, proposal());
    await settle(3);
    const { declarations } = run.tables;
    const get = declarations.get.bind(declarations);
    declarations.get = async (partition, key) => {
      await propose(run, proposal());
      return get(partition, key);
    };
    expect(await settle(1)).toBe(0);
    expect(keys()).toHaveLength(1);
  });
});

describe("what is declared, confirmed and proposed together", () => {
  const proposal = (some: Partial<Declared> = {}) => declared({ strength: "proposal", ...some });
  const lines = (confirmed: Declared[], proposals: Declared[]) =>
    withProposals(confirmed, proposals).map(({ name, strength, deletedAtUtc }) =>
      [name, strength, ...(deletedAtUtc === undefined ? [] : ["leaving"])].join(" "),
    );
  test.each<[string, Declared[], Declared[], string[]]>([
    ["a proposal of what is not confirmed", [], [proposal()], ["web proposal"]],
    ["a proposal of the same", [declared()], [proposal()], ["web confirmation"]],
    [
      "a proposal of something else",
      [declared()],
      [proposal(address("10.0.1.9"))],
      ["web confirmation", "web proposal"],
    ],
    ["a proposed DELETE", [declared()], [proposal({ deletedAtUtc: NOW })], ["web confirmation leaving"]],
    [
      "a proposed DELETE of another uid",
      [declared()],
      [proposal({ uid: "x", deletedAtUtc: NOW })],
      ["web confirmation", "web proposal leaving"],
    ],
    [
      "a proposed DELETE of what is not confirmed",
      [],
      [proposal({ deletedAtUtc: NOW })],
      ["web proposal leaving"],
    ],
  ])("%s", (_, confirmed, proposals, expected) => expect(lines(confirmed, proposals)).toEqual(expected));
});

describe("a feed", () => {
  test("is empty before the first report, and then the row with its version", async () => {
    expect([await readFeed(run, "one"), await newestSequence(run, "one")]).toEqual([undefined, 0]);
    const first = await readFeedRow(run, "one");
    expect(first).toEqual({ feed: { cluster: "one", sequence: 0 } });
    await writeFeed(run, first, feed());
    expect(await newestSequence(run, "one")).toBe(5);
    expect((await readFeedRow(run, "one")).version).toBeDefined();
  });

  test("is not written by two reports at the same time", async () => {
    const first = await readFeedRow(run, "one");
    await writeFeed(run, first, feed());
    await expect(writeFeed(run, first, feed())).rejects.toThrow(NotYet);
    const second = await readFeedRow(run, "one");
    await writeFeed(run, second, feed({ sequence: 6 }));
    await expect(writeFeed(run, second, feed({ sequence: 7 }))).rejects.toThrow(
      "reported twice at the same time",
    );
    expect(await newestSequence(run, "one")).toBe(6);
  });

  test.each<[number | undefined, boolean]>([
    [undefined, false],
    [4, false],
    [5, true],
    [6, true],
  ])("a list that is requested under %s is pending after confirmation 5: %s", async (sequence, expected) => {
    if (sequence !== undefined)
      await run.tables.feeds.transact("wanted", [
        { do: "put", key: "one", value: { cluster: "one", sequence } },
      ]);
    expect(await isListRequested(run, feed())).toBe(expected);
    expect(await isListRequested(run, { cluster: "one", sequence: 9 })).toBe(sequence !== undefined);
  });
});

test.each([
  ["one under an older number does not replace it", [6, 5], 6],
  ["one under a newer number does", [5, 6], 6],
  ["of two at the same time the newer one stays", undefined, 6],
])("a list is requested: %s", async (_, sequences, expected) => {
  if (sequences) for (const sequence of sequences) await requestList(run, "one", sequence);
  else await Promise.all([5, 6, 5].map((sequence) => requestList(run, "one", sequence)));
  expect((await run.tables.feeds.get("wanted", "one"))?.value.sequence).toBe(expected);
});

describe("what admission had not announced", () => {
  const record = async (before: Partial<Feed>, news: Declared[], proposals: Declared[] = []) => {
    for (const one of proposals) await propose(run, one);
    const { noted, record: to } = await watchAnnouncements(run, "one");
    news.forEach(noted);
    const { unannounced, admittedAtUtc } = to(feed(before));
    return { unannounced, admittedAtUtc };
  };
  const proposal = (some: Partial<Declared> = {}) => declared({ strength: "proposal", ...some });
  const LATER = "2026-11-23T12:30:00.000Z";
  const known = { count: 2, lastAtUtc: NOW, example: "shop/old" };

  test.each<[string, Partial<Feed>, Declared[], Declared[], object]>([
    [
      "a Service that was not proposed counts",
      {},
      [declared(), declared({ name: "b" })],
      [],
      { unannounced: { count: 2, lastAtUtc: NOW, example: "shop/web" } },
    ],
    [
      "a Service that was proposed does not",
      {},
      [declared()],
      [proposal()],
      { unannounced: undefined, admittedAtUtc: proposal().observedAtUtc },
    ],
    [
      "a Service that was proposed otherwise counts",
      {},
      [declared(address("10.0.1.9"))],
      [proposal()],
      { unannounced: { count: 1 } },
    ],
    [
      "a Service that is being deleted does not",
      {},
      [declared({ deletedAtUtc: NOW })],
      [],
      { unannounced: undefined, admittedAtUtc: undefined },
    ],
    [
      "the first list has nothing to announce",
      { list: undefined as never },
      [declared()],
      [],
      { unannounced: undefined },
    ],
    [
      "more of them are added",
      { unannounced: known },
      [declared()],
      [],
      { unannounced: { count: 3, example: "shop/web" } },
    ],
    ["none more leaves them", { unannounced: known }, [], [], { unannounced: known }],
    [
      "an admission since forgets them",
      { unannounced: known },
      [],
      [proposal({ observedAtUtc: LATER })],
      { unannounced: undefined, admittedAtUtc: LATER },
    ],
    [
      "an admission since leaves only what is new",
      { unannounced: known },
      [declared({ name: "b" })],
      [proposal({ observedAtUtc: LATER })],
      { unannounced: { count: 1 } },
    ],
    [
      "an admission at the same moment does not forget them",
      { unannounced: known },
      [],
      [proposal({ observedAtUtc: NOW })],
      { unannounced: known, admittedAtUtc: NOW },
    ],
    ["the newest admission is kept", { admittedAtUtc: LATER }, [], [proposal()], { admittedAtUtc: LATER }],
    [
      "the newest of several is kept",
      {},
      [],
      [proposal({ observedAtUtc: LATER }), proposal({ name: "b" })],
      { admittedAtUtc: LATER },
    ],
  ])("%s", async (_, before, news, proposals, expected) =>
    expect(await record(before, news, proposals)).toMatchObject(expected),
  );
});

describe("the identity of a list", () => {
  const { identity: _none, ...unbound } = cluster();
  const register = (...all: ReturnType<typeof cluster>[]) =>
    Promise.all(
      all.map((value) => run.tables.clusters.transact("all", [{ do: "put", key: value.name, value }])),
    );
  const judge = (...identities: string[]) => identify(run, cluster(), { identities });

  test.each<[string, ReturnType<typeof cluster>[], string[], object]>([
    ["binds a cluster that is not bound", [unbound], ["uid"], { ok: true }],
    ["is that of the bound cluster", [cluster()], ["identity of one"], { ok: true }],
    [
      "is another one",
      [cluster()],
      ["uid"],
      { ok: false, identity: "uid", message: expect.stringContaining("has uid uid, not identity of one") },
    ],
    [
      "is missing",
      [unbound],
      [],
      {
        ok: false,
        identity: "none",
        message: expect.stringContaining("it has no Service default/kubernetes"),
      },
    ],
    [
      "binds a cluster beside others that are not bound, or bound to other identities",
      [
        unbound,
        { ...unbound, name: "two" },
        cluster({ name: "three", identity: { uid: "x", boundAtUtc: NOW } }),
      ],
      ["uid"],
      { ok: true },
    ],
    [
      "is that of another registration",
      [unbound, cluster({ name: "two", identity: { uid: "uid", boundAtUtc: NOW } })],
      ["uid"],
      { ok: false, identity: "uid", holder: "two", message: expect.stringContaining("that of cluster two") },
    ],
  ])("%s", async (_, registered, identities, expected) => {
    await register(...registered);
    expect(await judge(...identities)).toMatchObject(expected);
  });

  test("is not there twice", async () => {
    await register(unbound);
    await expect(judge("a", "a")).rejects.toThrow("several Services default/kubernetes");
  });

  test("does not bind a registration that took the name meanwhile", async () => {
    await register({ ...unbound, registeredAtUtc: "2027-01-01T00:00:00.000Z" });
    await expect(judge("uid")).rejects.toThrow(Conflict);
  });
});
