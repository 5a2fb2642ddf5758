/**
 * Lifecycle of claims from admission to their end: which Service keeps an address, which one may follow, and
 * the text of refusals.
 */
import { describe, expect, test } from "vitest";
import { ClaimWorld, type Wish } from "../builders/claimWorld.ts";

const IP = "10.0.1.50";
const WEB: Wish = { address: IP };
const denied = (response: { allowed: boolean; status?: { message?: string } } | undefined) =>
  response?.allowed === false ? (response.status?.message ?? "denied") : "allowed";
const warned = (response: { allowed: boolean; warnings?: readonly string[] } | undefined) =>
  response?.allowed ? (response.warnings ?? []).join("\n") : "denied";

async function living(world: ClaimWorld, owner = "one/web", wish: Wish = WEB): Promise<void> {
  expect((await world.create(owner, wish)).allowed).toBe(true);
  await world.settle();
}

describe("a living Service keeps its address", () => {
  test("however long ago its cluster confirmed it", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    world.run.clock.advance(30 * 24 * 3600);
    await world.scan();
    expect(denied(await world.create("two/web", WEB))).toContain("in use by Service one/shop/web");
  });

  test("while its load balancer is missing from Azure", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    world.run.network.uses = [];
    for (let scan = 0; scan < 3; scan += 1) await world.scan();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
    expect(denied(await world.create("two/web", WEB))).toContain(
      "10.0.1.50 is declared by Service one/shop/web",
    );
  });

  test.each(["remove", "update"] as const)(
    "if the API server refuses a request to %s it after admission",
    async (what) => {
      const world = await new ClaimWorld().start();
      await living(world);
      world.run.network.uses = [];
      if (what === "remove") await world.remove("one/web", "refused");
      else await world.update("one/web", { address: "10.0.1.51" }, "refused");
      for (let round = 0; round < 4; round += 1) await world.settle();
      expect(await world.claimants(IP)).toEqual(["one/web"]);
      expect(await world.claimants("10.0.1.51")).toEqual([]);
    },
  );

  test("that only lists show: admission never saw it, and Azure has not built it", async () => {
    const world = await new ClaimWorld().start();
    world.living.set("one/web", { cluster: "one", name: "web", uid: world.newUid(), ...WEB });
    await world.list("one");
    expect(denied(await world.create("two/web", WEB))).toContain("is declared by Service one/shop/web");
    const suggested = (await world.create("two/web", WEB)).status?.message ?? "";
    expect(suggested.split("nearest free addresses: ")[1]).not.toContain(`${IP},`);
  });

  test("that was declared before its subnet was recorded", async () => {
    const world = new ClaimWorld();
    const { allSubnets } = world.run.network;
    world.run.network.allSubnets = [];
    await world.start();
    world.living.set("one/web", { cluster: "one", name: "web", uid: world.newUid(), ...WEB });
    await world.list("one");
    world.run.network.allSubnets = allSubnets;
    await world.scan();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("against any number of creates of the same name that the API server refuses", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    for (let time = 0; time < 20; time += 1) expect((await world.create("one/web", WEB)).allowed).toBe(true);
    expect((await world.row(IP))?.claims).toHaveLength(2);
    world.run.clock.advance(3601);
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });
});

describe("an address is free", () => {
  test("after its Service was deleted, its frontend removed, and a later list", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await world.remove("one/web");
    await world.settle();
    expect(await world.row(IP)).toBeUndefined();
    expect(denied(await world.create("two/web", WEB))).toBe("allowed");
  });

  test("not before its cluster has sent a later list", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    world.living.clear();
    world.run.network.uses = [];
    for (let scan = 0; scan < 3; scan += 1) await world.scan();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
    await world.settle();
    expect(await world.row(IP)).toBeUndefined();
  });

  test("when the proposal of admission was never confirmed", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", WEB, "refused");
    expect(await world.claimants(IP)).toEqual(["one/web"]);
    world.run.clock.advance(3601);
    await world.scan();
    expect(await world.row(IP)).toBeUndefined();
  });

  test("within minutes when the cluster's lists do not have what admission saw", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", WEB, "refused");
    await world.settle();
    expect(await world.row(IP)).toBeUndefined();
  });

  test("when the registration of its cluster was removed, and Azure has freed it", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    world.run.network.uses = [];
    await world.run.tables.clusters.transact("all", [{ do: "remove", key: "one" }]);
    for (let scan = 0; scan < 2; scan += 1) await world.scan();
    expect(await world.row(IP)).toBeUndefined();
  });

  test("never by the word of a cluster that is not bound", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    const row = await world.run.tables.clusters.get("all", "one");
    const { identity: _unbound, ...value } = row?.value ?? expect.fail();
    await world.run.tables.clusters.transact("all", [{ do: "put", key: "one", value }]);
    world.living.clear();
    world.run.network.uses = [];
    for (let scan = 0; scan < 3; scan += 1) await world.scan();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });
});

describe("an address moves", () => {
  test("to the next Service of the same cluster, while the first one is being deleted", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await world.remove("one/web");
    const next = await world.create("one/api", WEB);
    expect(warned(next)).toContain("[address-handover]");
    expect(warned(next)).toContain(
      "10.0.1.50 is taken over from Service one/shop/web, which is being deleted",
    );
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["one/api"]);
  });

  test("to the same name at once, whatever its uid", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await world.remove("one/web");
    world.living.delete("one/web");
    expect(warned(await world.create("one/web", WEB))).toBe("");
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("to another cluster once the deletion is confirmed, and not before", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await world.remove("one/web");
    expect(denied(await world.create("two/web", WEB))).toContain(
      "is in use by Service one/shop/web; that Service is being deleted: retry after cluster one confirms the deletion",
    );
    await world.list("one");
    expect(warned(await world.create("two/web", WEB))).toContain("is taken over from Service one/shop/web");
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["two/web"]);
  });

  test("when the new Service names the old one, while both live; the old one is removed later", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    const next = await world.create("one/renamed", { ...WEB, replaces: "shop/web" });
    expect(warned(next)).toContain("is taken over from Service one/shop/web, which still has it");
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["one/renamed", "one/web"]);
    await world.remove("one/web");
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["one/renamed"]);
    expect(world.run.network.uses.map(({ address }) => address)).toEqual([IP]);
  });

  test("to another cluster in the same way, and a third Service is refused meanwhile", async () => {
    const world = await new ClaimWorld(["one", "two", "three"]).start();
    await living(world);
    expect(warned(await world.create("two/web", { ...WEB, replaces: "one/shop/web" }))).toContain(
      "taken over",
    );
    expect(denied(await world.create("three/web", { ...WEB, replaces: "one/shop/web" }))).toContain(
      "two/shop/web",
    );
    await world.remove("one/web");
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["two/web"]);
  });

  test("between two Services that swap theirs", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await living(world, "one/api", { address: "10.0.1.51" });
    expect(denied(await world.update("one/web", { address: "10.0.1.51" }))).toContain("one/shop/api");
    expect(warned(await world.update("one/web", { address: "10.0.1.51", replaces: "shop/api" }))).toContain(
      "taken over",
    );
    expect(warned(await world.update("one/api", { address: IP, replaces: "shop/web" }))).toContain(
      "taken over",
    );
    await world.settle();
    expect(await world.claimants(IP)).toEqual(["one/api"]);
    expect(await world.claimants("10.0.1.51")).toEqual(["one/web"]);
  });

  test("not by naming a Service if policy allows no planned moves", async () => {
    const world = await new ClaimWorld().start({ claims: { plannedMoves: "never" } });
    await living(world);
    expect(denied(await world.create("one/renamed", { ...WEB, replaces: "shop/web" }))).toContain(
      "policy `claims.plannedMoves` does not allow namespace shop to replace it",
    );
  });

  test("not from a cluster that is silent: the refusal states what frees it", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    world.run.clock.advance(2 * 3600);
    const { heardAtUtc } = (await world.run.tables.feeds.get("all", "one"))?.value ?? {};
    expect(denied(await world.create("two/web", WEB))).toContain(
      `cluster one has not reported since ${heardAtUtc}; if the cluster was deleted, an operator sweeps its orphans, then runs \`mooring clusters remove one\``,
    );
  });
});

test("a full subnet names what has its addresses, claims among them", async () => {
  const world = new ClaimWorld();
  const [subnet] = world.run.network.allSubnets;
  world.run.network.allSubnets = [{ ...(subnet ?? expect.fail()), prefixes: ["10.0.1.0/29"] }];
  await world.start();
  await world.create("one/web", { address: "10.0.1.4" });
  world.reconcile("one");
  await world.create("two/api", { address: "10.0.1.5" });
  await world.create("two/app", { address: "10.0.1.6" });
  await world.scan();
  expect(world.run.tables.subnets.all()).toMatchObject([{ usedAddresses: 3, claimedAddresses: 2 }]);
  world.run.clock.advance(10);
  expect(denied(await world.create("one/more", {}))).toContain(
    "all 3 addresses of subnet apps are in use (2 claims of Services, 1 load balancer frontends)",
  );
});

describe("the name of a Private Link Service", () => {
  const PLS: Wish = { address: IP, pls: "shared" };

  test("belongs to the first Service that declares it, also across clusters", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", PLS);
    for (const other of ["one/api", "two/web"])
      expect(denied(await world.create(other, { address: "10.0.1.60", pls: "SHARED" }))).toContain(
        "[pls-name-claimed] service.beta.kubernetes.io/azure-pls-name: SHARED is claimed by Service one/shop/web",
      );
    expect(await world.row("10.0.1.60")).toBeUndefined();
  });

  test.each(["-bad", "x".repeat(81), "\ud800", "a/b#?%"])(
    "that Azure does not take is not claimed: %j",
    async (pls) => {
      const world = await new ClaimWorld().start();
      world.living.set("one/web", { cluster: "one", name: "web", uid: world.newUid(), address: IP, pls });
      await world.list("one");
      expect(world.run.tables.addresses.all().map(({ address }) => address)).toEqual([IP]);
    },
  );

  test("is free when its Service was deleted", async () => {
    const world = await new ClaimWorld().start();
    await living(world, "one/web", PLS);
    await world.remove("one/web");
    await world.settle();
    expect(denied(await world.create("two/web", PLS))).toBe("allowed");
  });

  test("moves with `mooring.dev/replaces`", async () => {
    const world = await new ClaimWorld().start();
    await living(world, "one/web", PLS);
    const next = await world.create("two/web", { ...PLS, replaces: "one/shop/web" });
    expect(warned(next)).toContain("[pls-name-handover]");
    expect(warned(next)).toContain("[address-handover]");
  });
});

describe("unconfirmed claims of one cluster", () => {
  const addresses = Array.from({ length: 60 }, (_, n) => `10.0.1.${n + 20}`);

  test("are limited in each subnet, also when all are requested at once", async () => {
    const world = await new ClaimWorld().start();
    const all = await Promise.all(
      addresses.map((address, n) => world.create(`one/s${n}`, { address }, "refused")),
    );
    expect(all.filter(({ allowed }) => allowed).length).toBeLessThanOrEqual(25);
    expect(world.run.tables.addresses.all().length).toBeLessThanOrEqual(25);
    expect(all.flatMap((one) => (one.allowed ? [] : [denied(one)]))[0]).toContain(
      "[address-claim-quota] service.beta.kubernetes.io/azure-load-balancer-ipv4: cluster one has 25 unconfirmed address claims in subnet apps",
    );
  });

  test("do not limit other clusters, nor the cluster once it has confirmed them", async () => {
    const world = await new ClaimWorld().start();
    for (const [n, address] of addresses.slice(0, 25).entries()) await world.create(`one/s${n}`, { address });
    expect(denied(await world.create("one/more", { address: "10.0.1.200" }))).toContain(
      "address-claim-quota",
    );
    expect(denied(await world.create("two/web", { address: "10.0.1.201" }))).toBe("allowed");
    await world.list("one");
    expect(denied(await world.create("one/more", { address: "10.0.1.200" }))).toBe("allowed");
  });

  test("stop counting when they expire or are refused", async () => {
    const world = await new ClaimWorld().start({ claims: { unconfirmedPercent: 0, unconfirmedAtLeast: 1 } });
    await world.create("two/web", { address: "10.0.1.20" });
    expect(denied(await world.create("one/a", { address: "10.0.1.20" }))).toContain("address-claimed");
    expect(denied(await world.create("one/b", { address: "10.0.1.21" }, "refused"))).toBe("allowed");
    expect(denied(await world.create("one/c", { address: "10.0.1.22" }))).toContain("address-claim-quota");
    world.run.clock.advance(3601);
    expect(denied(await world.create("one/c", { address: "10.0.1.22" }))).toBe("allowed");
  });
});
