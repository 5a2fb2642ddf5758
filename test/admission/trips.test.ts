/** Dependent trips to storage of one admission review. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AdmissionResponse } from "../../shared/admission/review.ts";
import { ClaimWorld, type Wish } from "../builders/claimWorld.ts";
import { Trips } from "../memory/trips.ts";

const WEB: Wish = { address: "10.0.1.50" };
const PLS: Wish = { ...WEB, pls: "pls-web" };

/** What admission reads again every few seconds was just read. */
async function started(): Promise<ClaimWorld> {
  const world = await new ClaimWorld().start();
  await world.create("one/first", { ...PLS, address: "10.0.1.40", pls: "pls-first" });
  await world.create("two/first", { address: "10.0.1.41" });
  return world;
}

async function tripsOf(
  world: ClaimWorld,
  work: () => Promise<AdmissionResponse | undefined>,
): Promise<{ readonly allowed: boolean | undefined; readonly trips: number }> {
  const trips = new Trips(world.run);
  const response = await work();
  return { allowed: response?.allowed, trips: trips.count };
}

describe("an allowed Service costs two trips", () => {
  test.each<[string, Wish]>([
    ["without an address", { ports: [80] }],
    ["with an address", WEB],
    ["with an address and a Private Link Service name", PLS],
    ["with an address, a NAT address and a Private Link Service name", { ...PLS, natAddress: "10.0.1.60" }],
  ])("that is created %s", async (_, wish) => {
    const world = await started();
    const found = await tripsOf(world, () => world.create("one/web", wish));
    expect(found).toEqual({ allowed: true, trips: wish.address === undefined ? 1 : 2 });
    expect(world.run.tables.proposals.all()).toHaveLength(3);
  });

  test.each<[string, Wish, Wish]>([
    ["a port", PLS, { ...PLS, ports: [80, 443] }],
    ["a port, and has no Private Link Service", WEB, { ...WEB, ports: [80, 443] }],
    ["a Private Link Service name", WEB, PLS],
    ["another address", PLS, { ...PLS, address: "10.0.1.51" }],
  ])("that an update gives %s", async (_, before, after) => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", before);
    await world.settle();
    await world.create("one/first", { address: "10.0.1.41", pls: "pls-first" });
    expect(await tripsOf(world, () => world.update("one/web", after))).toEqual({ allowed: true, trips: 2 });
  });

  test("that shares the frontend of another Service of its cluster", async () => {
    const world = await started();
    const shared = { address: "10.0.1.40", ports: [443] };
    expect(await tripsOf(world, () => world.create("one/web", shared))).toEqual({ allowed: true, trips: 2 });
  });
});

describe("a Service that is refused", () => {
  test.each<[string, Wish]>([
    ["since another Service claims its address", WEB],
    ["since another Service claims its Private Link Service name", { ...PLS, address: "10.0.1.51" }],
    ["since another Service claims both", PLS],
  ])("%s costs at most four, and one to record the refusal", async (_, wish) => {
    const world = await started();
    await world.create("one/web", PLS);
    const { allowed, trips } = await tripsOf(world, () => world.create("two/web", wish));
    expect(allowed).toBe(false);
    expect(trips).toBeLessThanOrEqual(5);
  });
});

describe("all or nothing, though claims and proposal are written at the same time", () => {
  test("for requests that meet on every trip", () =>
    fc.assert(
      fc.asyncProperty(fc.array(requested, { minLength: 2, maxLength: 8 }), async (wishes) => {
        const world = await new ClaimWorld(["one", "two", "three"]).start();
        const trips = new Trips(world.run);
        const responses = await Promise.all(
          wishes.map(({ where, ...wish }, n) => world.create(`${where}/s${n}`, { ...wish, ports: [n + 1] })),
        );
        expect(trips.count).toBeGreaterThan(1);
        const winners = wishes.filter((_, n) => responses[n]?.allowed);
        expect(winners.length).toBeGreaterThan(0);
        expect(claimsIn(world)).toEqual(winners.flatMap(placesOf).toSorted());
        expect(proposedIn(world)).toEqual([...world.living.values()].map(({ name }) => name).toSorted());
      }),
      { numRuns: 60 },
    ));

  test("of Services with the same address and name, requested at once, one is allowed", async () => {
    const world = await new ClaimWorld().start();
    const trips = new Trips(world.run);
    const owners = ["one/a", "two/a", "one/b", "two/b", "one/c", "two/c"];
    const responses = await Promise.all(owners.map((owner) => world.create(owner, PLS)));
    expect(trips.count).toBeGreaterThan(1);
    expect(responses.filter(({ allowed }) => allowed)).toHaveLength(1);
    expect(claimsIn(world)).toHaveLength(2);
    expect(world.run.tables.proposals.all()).toHaveLength(1);
    expect(world.run.tables.unconfirmed.all()).toHaveLength(1);
  });

  test("a refused update replaces no proposal of an update that may be accepted", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", WEB);
    await world.settle();
    await world.update("one/web", { ...WEB, ports: [80, 8080] });
    // Another Service takes the port after the row was read: the proposal is written before that is found.
    const { addresses } = world.run.tables;
    const read = addresses.get.bind(addresses);
    addresses.get = async (partition, key) => {
      const row = await read(partition, key);
      addresses.get = read;
      await world.create("one/other", { ...WEB, ports: [443] });
      return row;
    };
    const before = world.run.tables.proposals.rows();
    expect((await world.update("one/web", { ...WEB, ports: [80, 443] }))?.allowed).toBe(false);
    const after = world.run.tables.proposals.rows();
    expect(after.filter(({ key }) => key.startsWith("shop/web"))).toEqual(before);
  });
});

const requested = fc.record({
  where: fc.constantFrom("one", "two", "three"),
  address: fc.constantFrom("10.0.1.50", "10.0.1.51", "10.0.1.52"),
  pls: fc.constantFrom("pls-x", "pls-y", "pls-z"),
});

const placesOf = ({ address, pls }: { readonly address: string; readonly pls: string }) => [address, pls];

function claimsIn({ run }: ClaimWorld): string[] {
  const claimed = run.tables.addresses.all().flatMap(({ address, claims = [] }) => claims.map(() => address));
  return claimed.toSorted();
}

function proposedIn({ run }: ClaimWorld): string[] {
  return run.tables.proposals
    .all()
    .map(({ declared: { name } }) => name)
    .toSorted();
}
