/**
 * Claims against a model of the truth: clusters, refused and repeated requests, reports, scans with lists that are empty, crashes between
 * writes, moves, renames, swaps, clusters that are deleted, and operators. Whatever happens in whatever order, no address and no name of a
 * Private Link Service has two owners that were let in without a handover, every living declaration that was confirmed keeps its claims,
 * nothing leaks, and a planned move completes.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Conflict, InvalidInput, Refused } from "../../shared/core/errors.ts";
import type { AdmissionResponse } from "../../shared/admission/review.ts";
import { planRelease } from "../../shared/ip/releaseClaims.ts";
import { SCHEDULES, SCHEDULES_MILLISECONDS } from "../builders/schedules.ts";
import { ClaimWorld, type After, type Living, type Wish } from "../builders/claimWorld.ts";

const OWNERS = ["one/a", "one/b", "two/a", "two/c", "three/d"] as const;
const ADDRESSES = ["10.0.1.50", "10.0.1.51", "10.0.1.52"] as const;
const NAMES = ["pls-x", "pls-y"] as const;
const CLUSTERS = ["one", "two", "three"] as const;

const PLACES = [...ADDRESSES, ...NAMES];

const owner = fc.constantFrom(...OWNERS);
const where = fc.constantFrom(...CLUSTERS);
const after = fc.constantFrom<After>("accepted", "accepted", "refused");
const wish = fc.record<Wish>(
  {
    address: fc.constantFrom(...ADDRESSES),
    ports: fc.constantFrom([80], [443], [80, 443]),
    pls: fc.constantFrom(...NAMES),
    replaces: fc.constantFrom("shop/a", "shop/b", "two/shop/a", "one/shop/a"),
  },
  { requiredKeys: ["address", "ports"] },
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("create" as const), owner, wish, after }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("update" as const), owner, wish, after }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), owner, after }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("list" as const), where, isCrashing: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("scan" as const), isFiltered: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reconcile" as const), where }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("swap" as const), owner, other: owner }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rename" as const), owner, other: owner }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("deleteCluster" as const), where, isLeft: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("release" as const), place: fc.constantFrom(...PLACES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 1000000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("crash" as const), afterCalls: fc.integer({ min: 0, max: 3 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const REST = ["swap", "rename", "reconcile", "wait", "deleteCluster", "release"] as const;
type Rest = Extract<Step, { do: (typeof REST)[number] }>;
const isRest = (one: Step): one is Rest => REST.some((name) => name === one.do);

class Model {
  readonly world = new ClaimWorld(CLUSTERS);
  /** uids that were let in beside another living owner, with a warning, or whose claims an operator ended. */
  readonly #followers = new Set<string>();
  /** Their reports claim again only what changes; an audit does the rest. */
  readonly #released = new Set<string>();
  /** uids whose present declaration a complete list confirmed. */
  readonly #confirmed = new Map<string, string>();

  async play(one: Step): Promise<void> {
    const { world } = this;
    if (isRest(one)) return this.#playMore(one);
    switch (one.do) {
      case "create":
      case "update": {
        if (!this.#exists(one.owner)) return;
        const response = await this.#crashing(() => world[one.do](one.owner, one.wish, one.after));
        this.#noteHandover(one.owner, response);
        return;
      }
      case "remove":
        await this.#crashing(() => world.remove(one.owner, one.after));
        return;
      case "list":
        await this.#list(one.where, one.isCrashing);
        return;
      case "scan":
        await this.#crashing(() => world.scan(one.isFiltered));
        return;
      case "crash":
        world.run.tables.addresses.calls.failNext(new Error("crash"), {
          method: "transact",
          after: one.afterCalls,
        });
    }
  }

  async #playMore(one: Rest): Promise<void> {
    switch (one.do) {
      case "swap":
        await this.#swap(one.owner, one.other);
        return;
      case "rename":
        await this.#rename(one.owner, one.other);
        return;
      case "reconcile":
        this.world.reconcile(one.where);
        return;
      case "wait":
        await this.#wait(one.seconds);
        return;
      case "deleteCluster":
        this.world.deleteCluster(one.where, one.isLeft);
        return;
      case "release":
        await this.#crashing(() => this.#release(one.place));
    }
  }

  /** The API server of a deleted cluster sends no requests. */
  #exists(owner: string): boolean {
    return this.world.reporters.has(owner.split("/")[0] ?? "");
  }

  /** Each names the other as the one that it replaces. */
  async #swap(a: string, b: string): Promise<void> {
    const [one, other] = [this.world.living.get(a), this.world.living.get(b)];
    if (!one || !other || a === b) return;
    await this.#move(a, { ...placesOf(other), replaces: fullName(other) });
    await this.#move(b, { ...placesOf(one), replaces: fullName(one) });
  }

  async #move(name: string, wish: Wish): Promise<void> {
    const response = await this.#crashing(() => this.world.update(name, wish));
    this.#noteHandover(name, response);
  }

  /** As Helm does: the new Service before the old one goes. */
  async #rename(a: string, b: string): Promise<void> {
    const one = this.world.living.get(a);
    if (!one || a === b || this.world.living.has(b) || !this.#exists(b)) return;
    const wish = { ...placesOf(one), replaces: fullName(one) };
    const response = await this.#crashing(() => this.world.create(b, wish));
    this.#noteHandover(b, response);
    if (response?.allowed) await this.#crashing(() => this.world.remove(a));
  }

  /** An operator ends claims, apart from those of Services that nothing shows to be deleted. From then on the operator answers for them. */
  async #release(place: string): Promise<void> {
    try {
      const planned = await planRelease(this.world.run, { place, reason: "model", force: false, who: "ann" });
      const { claims } = planned.shown;
      // A refused create of the same name may have renewed the claim under another uid.
      const living = [...this.world.living.values()].filter((one) =>
        claims.some(({ service }) => service === fullName(one)),
      );
      for (const { uid } of [...claims, ...living]) {
        this.#followers.add(uid);
        this.#released.add(uid);
        this.#confirmed.delete(uid);
      }
      await planned.carryOut();
    } catch (error) {
      if (!(error instanceof InvalidInput || error instanceof Refused || error instanceof Conflict))
        throw error;
    }
  }

  /**
   * A cluster reports before the proposal expires; otherwise it is unknown whether it accepted the Service.
   */
  async #wait(seconds: number): Promise<void> {
    this.world.run.tables.addresses.calls.heal();
    for (const name of CLUSTERS) await this.#list(name, false);
    this.world.run.clock.advance(seconds);
  }

  /** A failure of storage ends the work; nothing of it may be wrong. */
  async #crashing<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error && error.message === "crash")) throw error;
      return undefined;
    }
  }

  #noteHandover(name: string, response: AdmissionResponse | undefined): void {
    const uid = this.world.living.get(name)?.uid;
    const isBeside = (text: string) => text.includes("-handover]") || text.startsWith("would be refused: ");
    if (uid !== undefined && response?.warnings?.some(isBeside)) this.#followers.add(uid);
  }

  async #list(name: string, isCrashing: boolean): Promise<void> {
    if (isCrashing)
      this.world.run.tables.declarations.calls.failNext(new Error("crash"), { method: "transact" });
    const isDone = await this.#crashing(async () => {
      await this.world.list(name);
      return true;
    });
    this.world.run.tables.declarations.calls.heal();
    if (!isDone) return;
    for (const one of this.world.living.values())
      if (one.cluster === name && !this.#released.has(one.uid))
        this.#confirmed.set(one.uid, declarationOf(one));
  }

  async check(): Promise<void> {
    const living = [...this.world.living.values()];
    for (const place of PLACES) {
      const owners = living.filter(
        (one) => has(one, place) && !one.isTerminating && !this.#followers.has(one.uid),
      );
      for (const [index, a] of owners.entries())
        for (const b of owners.slice(index + 1))
          expect(clashes(a, b, place), `${place}: ${a.uid}, ${b.uid}`).toBe(false);
    }
    for (const one of living.filter((each) => this.#confirmed.get(each.uid) === declarationOf(each)))
      for (const place of PLACES.filter((each) => has(one, each))) {
        const claims = (await this.world.row(place))?.claims ?? [];
        expect(
          claims.map((claim) => claim.owner.uid),
          `claim of ${one.uid} on ${place}`,
        ).toContain(one.uid);
      }
  }

  /** When everything is reported and read, exactly the living declarations are claimed. */
  async end(): Promise<void> {
    this.world.run.tables.addresses.calls.heal();
    for (const name of this.world.living.keys()) await this.world.remove(name);
    // What deleted clusters left is swept.
    const gone = CLUSTERS.filter((name) => !this.world.reporters.has(name));
    for (const name of gone) this.world.deleteCluster(name);
    this.world.run.clock.advance(3601);
    await this.world.settle();
    expect(this.world.run.tables.addresses.all()).toEqual([]);
    expect(this.world.run.tables.unconfirmed.all().length).toBeLessThanOrEqual(
      OWNERS.length * ADDRESSES.length,
    );
  }
}

function declarationOf({ address, ports, pls }: Living): string {
  return JSON.stringify([address, ports, pls]);
}

function placesOf({ address, ports, pls }: Living): Wish {
  return {
    ...(address !== undefined && { address }),
    ...(ports && { ports }),
    ...(pls !== undefined && { pls }),
  };
}

function fullName({ cluster, name }: Living): string {
  return `${cluster}/shop/${name}`;
}

function has({ address, pls }: Living, place: string): boolean {
  return address === place || pls === place;
}

/** Services of one cluster share an address on different ports. */
function clashes(a: Living, b: Living, place: string): boolean {
  if (a.cluster !== b.cluster || a.pls === place) return true;
  return (a.ports ?? []).some((port) => b.ports?.includes(port));
}

test.each<[string, object]>([
  ["", {}],
  [" while a cluster is in warn mode", { overrides: [{ clusters: ["two"], modes: { admission: "warn" } }] }],
])(
  "whatever happens in whatever order%s",
  (_, policy) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const model = new Model();
        await model.world.start(policy);
        for (const one of steps) {
          await model.play(one);
          await model.check();
        }
        await model.end();
      }),
      { numRuns: SCHEDULES / 2 },
    ),
  SCHEDULES_MILLISECONDS,
);

test(
  "a planned move completes, whatever else happens on the way",
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom("one/b", "two/c"),
        fc.array(
          fc.oneof(
            fc.constantFrom("scan", "filtered scan", "reconcile", "list", "late create"),
            fc.integer({ min: 1, max: 7200 }),
          ),
          {
            maxLength: 12,
          },
        ),
        async (mover, between) => {
          const world = await new ClaimWorld(CLUSTERS).start();
          await world.create("one/a", { address: "10.0.1.50" });
          await world.settle();
          const replaces = mover.startsWith("one/") ? "shop/a" : "one/shop/a";
          expect((await world.create(mover, { address: "10.0.1.50", replaces })).allowed).toBe(true);
          for (const what of between) {
            if (typeof what === "number") world.run.clock.advance(what);
            else if (what === "list") for (const name of CLUSTERS) await world.list(name);
            else if (what === "reconcile") for (const name of CLUSTERS) world.reconcile(name);
            else if (what === "late create") await world.create("three/d", { address: "10.0.1.50" });
            else await world.scan(what === "filtered scan");
          }
          await world.remove("one/a");
          await world.settle();
          expect(await world.claimants("10.0.1.50")).toEqual([mover]);
          expect(world.run.network.uses).toHaveLength(1);
          expect((await world.create("three/d", { address: "10.0.1.50" })).allowed).toBe(false);
        },
      ),
      { numRuns: SCHEDULES / 10 },
    ),
  SCHEDULES_MILLISECONDS,
);
