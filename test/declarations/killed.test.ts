/**
 * A host that is killed at any call of a port while it takes a report. The same sender repeats its post to another host, or a new sender
 * starts: the list ends as if nothing had happened, and changes nothing while it is not complete.
 */
import { describe, expect, test } from "vitest";
import { takeReport } from "../../functions/takeReport.ts";
import { requireCluster } from "../../shared/declarations/registry.ts";
import { requestList } from "../../shared/declarations/feed.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import type { Answer, Post } from "../../shared/declarations/step.ts";
import { addressPlace } from "../../shared/inventory/places.ts";
import { LEASE_SECONDS } from "../../shared/ports/leases.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { proposedClaim } from "../builders/claims.ts";
import { internalService, Reporter, type ReportedService } from "../builders/reports.ts";
import { cluster, declared, intent, subnetId, subnetRow, VNET } from "../builders/world.ts";
import { crashAt, Crashed } from "../memory/crashing.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const PAGE = 10;
const MOST_POSTS = 40;
/** A start, and six halves of 500. */
const POSTS_TO_SMALL_PAGES = 7;

/** Posts what the API server answers to the query that Mooring named, and repeats a post that got no answer. */
class Sender {
  readonly #api: Reporter;
  readonly #limit: number;
  #answer: Answer | undefined;
  /** What the API server answers to a watch; a bookmark if absent. */
  window: string | undefined;

  /** @param limit Services of the largest page that is not too large */
  constructor(api: Reporter, limit = 500) {
    this.#api = api;
    this.#limit = limit;
  }

  async send(host: Run): Promise<Answer> {
    const one = await requireCluster(host, "one");
    this.#answer = await takeReport(host, one, { post: this.#post(), policy: defaultPolicy });
    return this.#answer;
  }

  #post(): Post {
    if (!this.#answer) return { body: "" };
    const { sequence, query } = this.#answer;
    if (Number(new URLSearchParams(query).get("limit")) > this.#limit)
      return { sequence, status: 413, body: "" };
    const isWatch = query.startsWith("watch=1");
    return { sequence, status: 200, body: (isWatch && this.window) || this.#api.answerTo(query) };
  }

  /** Also true of a window: what it has takes effect at once. */
  isLastPage(): boolean {
    const { status, body } = this.#post();
    return status === 200 && !body.includes('"continue":"');
  }

  /** Until the list is complete or refused, or one window is taken. */
  async report(host: Run): Promise<void> {
    for (let posts = 0; posts < MOST_POSTS; posts += 1) {
      const { outcome, query } = await this.send(host);
      if (outcome === "foreign" || query.startsWith("watch=1")) return;
    }
    throw new Error("the list was never complete");
  }
}

interface World {
  readonly run: MemoryRun;
  readonly api: Reporter;
  readonly sender: Sender;
}

const service = (n: number, address?: string): ReportedService =>
  internalService(`s${String(n).padStart(2, "0")}`, {
    ...(address !== undefined && { "load-balancer-ipv4": address }),
  });
const services = (count: number) => Array.from({ length: count }, (_, n) => service(n, `10.0.1.${20 + n}`));

async function newWorld(): Promise<World> {
  const run = memoryRun();
  const { identity: _none, ...unbound } = cluster();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: unbound }]);
  await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value: subnetRow() }]);
  const api = new Reporter(run);
  return { run, api, sender: new Sender(api, PAGE) };
}

/** A cluster that has listed before: the next list adds, changes, lacks for the first and for the second time. */
async function listedBefore(): Promise<World> {
  const world = await newWorld();
  const { run, api } = world;
  api.services = services(25);
  await new Sender(api).report(run);
  api.services = services(23);
  api.version += 1;
  await new Sender(api).report(run);
  for (const one of [refused(), met()]) await propose(run, one);
  await claimRefused(run);
  for (let list = 0; list < 3; list += 1) await new Sender(api).report(run);
  run.clock.advance(100);
  await requestList(run, "one", 1_000);
  api.version += 1;
  api.services = [...services(22), service(22, "10.0.1.90"), service(30, "10.0.1.91")];
  for (let posts = 0; posts < POSTS_TO_SMALL_PAGES; posts += 1) await world.sender.send(run);
  return world;
}

/** Admission saw both; the API server refused one of them. */
const refused = () => proposal("s40", "10.0.1.99");
const met = () => proposal("s30", "10.0.1.91");

function proposal(name: string, ipv4: string) {
  return declared({
    name,
    uid: `uid-${name}`,
    resourceVersion: "5",
    strength: "proposal",
    intent: intent({ addresses: { ipv4 } }),
  });
}

async function claimRefused(run: MemoryRun): Promise<void> {
  const place = addressPlace(subnetId("apps"), "10.0.1.99");
  const claims = [proposedClaim({ name: "s40" })];
  await run.tables.addresses.transact(place.partition, [
    { do: "put", key: place.key, value: { address: place.text, claims } },
  ]);
}

/** Whatever a report may change, apart from ids and from how often Services were missed by admission. */
function facts({ tables, queue }: MemoryRun) {
  const [feed] = tables.feeds.all().filter((row) => "sessions" in row);
  return {
    declarations: tables.declarations
      .rows()
      .map(({ key, value }) => [key, value])
      .toSorted(byKey),
    addresses: tables.addresses
      .rows()
      .map(({ key, value }) => [key, value])
      .toSorted(byKey),
    proposals: tables.proposals
      .rows()
      .map(({ key, value }) => [key, value])
      .toSorted(byKey),
    identities: tables.clusters.all().map(({ identity }) => identity?.uid),
    pages: tables.pages.rows().length,
    confirmed: feed?.confirmed,
    list: feed?.list,
    seenVersion: feed?.seenVersion,
    outcomes: tables.outcomes.all(),
    // A process that is killed between the row and its message costs one window: see `enqueueOnce`.
    requested: new Set([...queue.sent.map(({ item: { what } }) => what), ...waiting(tables)]),
  };
}

function waiting(tables: MemoryRun["tables"]): string[] {
  return tables.waiting.rows().map(({ key }) => key.replace(/[|].*/, ""));
}

function byKey([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a).localeCompare(String(b));
}

/** What an incomplete list must not change. */
function effects(run: MemoryRun) {
  const { pages: _staged, ...others } = facts(run);
  return others;
}

type Scenario = readonly [what: string, prepare: () => Promise<World>];

const lists: readonly Scenario[] = [
  [
    "the first list, which binds the cluster",
    async () => {
      const world = await newWorld();
      world.api.services = services(25);
      await world.sender.send(world.run);
      return world;
    },
  ],
  ["a list that adds, changes, lacks once and lacks twice", listedBefore],
  [
    "the list of another cluster",
    async () => {
      const world = await listedBefore();
      world.api.identity = "identity of another";
      return world;
    },
  ],
];

const window: Scenario = [
  "a window that adds, changes and removes",
  async () => {
    const world = await listedBefore();
    const { run, api, sender } = world;
    await sender.report(run);
    const [added, changed, deleted] = [service(31, "10.0.1.92"), service(1, "10.0.1.93"), service(2)];
    await propose(run, proposal("s31", "10.0.1.92"));
    const events = [
      { type: "ADDED", service: added },
      { type: "MODIFIED", service: changed },
      { type: "DELETED", service: deleted },
    ];
    sender.window = api.window(events);
    return world;
  },
];

const KILLS = [
  ["before it happens", "before"],
  ["after it happened", "after"],
] as const;
type How = (typeof KILLS)[number][1];

/** Every call of a port while a complete report is processed. */
async function callsOf(prepare: Scenario[1]): Promise<number> {
  const { run, sender } = await prepare();
  const mortal = crashAt(run, Number.POSITIVE_INFINITY, "before");
  await sender.report(mortal.run);
  return mortal.calls();
}

/** Worlds whose host was killed at each call in turn. What is not complete has changed nothing. */
async function* killed(prepare: Scenario[1], how: How): AsyncGenerator<World & { readonly at: string }> {
  const calls = await callsOf(prepare);
  // The last call releases the lease: the post is answered, whatever becomes of it.
  for (let nth = 0; nth < calls - 1; nth += 1) {
    const world = await prepare();
    const before = effects(world.run);
    const { run: host } = crashAt(world.run, nth, how);
    await expect(world.sender.report(host)).rejects.toThrow(Crashed);
    world.run.leases.advance(LEASE_SECONDS);
    const at = `killed at call ${nth} of ${calls}`;
    if (!world.sender.isLastPage()) expect(effects(world.run), at).toEqual(before);
    yield { ...world, at };
  }
}

describe.each([...lists, window])("%s", (_what, prepare) => {
  test.each(KILLS)("is resumed if the host dies at any call, %s", async (_when, how) => {
    const { run, sender } = await prepare();
    await sender.report(run);
    const expected = facts(run);
    for await (const { at, ...world } of killed(prepare, how)) {
      await world.sender.report(world.run);
      expect(facts(world.run), at).toEqual(expected);
    }
  });
});

/** The lists that come anyway. */
async function listsLater({ run, api }: World): Promise<void> {
  for (let list = 0; list < 5; list += 1) {
    api.version += 1;
    run.clock.advance(100);
    await new Sender(api).report(run);
  }
}

/** Numbers and times depend on how many lists there were. */
function settled({ tables }: MemoryRun) {
  return {
    declarations: tables.declarations
      .all()
      .map(({ namespace, name, uid, missingSince, intent: { addresses } }) => ({
        key: `${namespace}/${name}`,
        uid,
        missingSince,
        addresses,
      })),
    addresses: tables.addresses.all().map(({ address, claims = [] }) => ({
      address,
      claims: claims.map(({ owner, state }) => ({ owner, state })),
    })),
    proposals: tables.proposals.rows().length,
    identities: tables.clusters.all().map(({ identity }) => identity?.uid),
    pages: tables.pages.rows().length,
  };
}

describe.each(lists.slice(0, 2))("%s", (_what, prepare) => {
  test.each(KILLS)(
    "is repeated by a new sender if host and sender die at any call, %s",
    async (_when, how) => {
      const whole = await prepare();
      await whole.sender.report(whole.run);
      await listsLater(whole);
      const expected = settled(whole.run);
      for await (const { at, ...world } of killed(prepare, how)) {
        await listsLater(world);
        expect(settled(world.run), at).toEqual(expected);
      }
    },
  );
});
