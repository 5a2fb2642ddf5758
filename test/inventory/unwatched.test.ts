/** Subscriptions that an operator stops to watch: nothing leaks for ever, and nothing is freed without evidence. */
import { beforeEach, expect, test } from "vitest";
import { removeCluster } from "../../shared/declarations/registry.ts";
import { unwatchedClaims } from "../../shared/audit/gather/unwatched.ts";
import { listUses } from "../../shared/ip/listUses.ts";
import { planRelease } from "../../shared/ip/releaseClaims.ts";
import { createShower } from "../../shared/ip/showUse.ts";
import { listSources } from "../../shared/ip/sources.ts";
import { Refused } from "../../shared/core/errors.ts";
import { ClaimWorld } from "../builders/claimWorld.ts";
import { pls, plsIdIn, PARTNER } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const IP = "10.0.1.50";
let world: ClaimWorld;

/** Cluster `one` was removed after its Service had an address and a name; then only another subscription is watched. */
beforeEach(async () => {
  world = await new ClaimWorld(["one"]).start();
  await world.create("one/web", { address: IP, pls: "shared" });
  await world.settle();
});

async function unwatch(): Promise<void> {
  (world.run.ports.subscriptions as string[]).splice(0, 1, PARTNER);
  await removeCluster(world.run, "one");
}

async function scans(): Promise<void> {
  for (let scan = 0; scan < 3; scan += 1) await world.scan();
}

const forbid = (method: string) =>
  world.run.network.calls.failNext(new Refused("AuthorizationFailed"), { method, times: 99 });
const places = () => world.run.tables.addresses.all().map(({ address }) => address);

async function listed(): Promise<string[]> {
  const { run } = world;
  const shower = await createShower(run);
  const uses = await Array.fromAsync(listUses(run, { sources: await listSources(run) }, shower));
  return uses.map(({ item }) => item.row.address);
}

test("claims end there as well, if Azure answers that it has neither", async () => {
  await unwatch();
  world.run.network.uses = [];
  await scans();
  expect(places()).toEqual([]);
  expect(await listed()).toEqual([]);
});

test("a name stays while Azure has a Private Link Service of that name", async () => {
  await unwatch();
  world.run.network.uses = [];
  world.run.network.allPrivateLinkServices = [pls({ id: plsIdIn("shared", "rg-pls"), name: "shared" })];
  await scans();
  expect(places()).toEqual(["shared"]);
});

test("what may not be read stays: it is listed, found, and an operator ends it", async () => {
  await unwatch();
  forbid("pls");
  forbid("subnetsOf");
  await scans();
  expect(await listed()).toEqual(["shared", IP]);
  expect(await unwatchedClaims(world.run)).toEqual([
    {
      subscription: SUBSCRIPTION,
      claims: ["shared of Service one/shop/web", `${IP} of Service one/shop/web`],
    },
  ]);
  for (const place of ["shared", IP]) {
    const planned = await planRelease(world.run, { place, reason: "ticket 7", force: false, who: "ann" });
    await planned.carryOut();
  }
  await scans();
  // What Azure had assigned when it was read last stays until a read shows that it is free.
  expect(places()).toEqual([IP]);
  expect(await world.claimants(IP)).toEqual([]);
  expect(await unwatchedClaims(world.run)).toEqual([]);
});

test("a network is forgotten only if Azure answers that it does not exist", async () => {
  await unwatch();
  world.run.network.uses = [];
  forbid("subnetsOf");
  await scans();
  expect([world.run.tables.subnets.all().length, world.run.tables.vnets.all().length]).toEqual([1, 1]);
});

test("a network that was deleted is forgotten, although it is not watched", async () => {
  await unwatch();
  world.run.network.uses = [];
  world.run.network.allSubnets = [];
  await scans();
  expect([world.run.tables.subnets.all(), world.run.tables.vnets.all()]).toEqual([[], []]);
});

test("a network that a registered cluster uses is kept, and a scan that cannot read it fails", async () => {
  (world.run.ports.subscriptions as string[]).splice(0, 1, PARTNER);
  await scans();
  expect(await world.claimants(IP)).toEqual(["one/web"]);
  forbid("subnetsOf");
  await expect(world.scan()).rejects.toThrow("AuthorizationFailed");
  expect(await world.claimants(IP)).toEqual(["one/web"]);
  expect(await unwatchedClaims(world.run)).toEqual([]);
});

test("a network that is watched is kept, whatever its lists lack", async () => {
  await removeCluster(world.run, "one");
  world.run.network.uses = [];
  world.run.network.calls.failNext(new Refused("AuthorizationFailed"), { method: "subnets", times: 9 });
  await expect(world.scan()).rejects.toThrow("AuthorizationFailed");
  expect(world.run.tables.vnets.all().length).toBeGreaterThan(0);
  expect(world.run.tables.subnets.all()).toHaveLength(1);
});
