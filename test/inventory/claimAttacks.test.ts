/** Ways in which an address or a name could get two living owners, lose its claim, or be taken without end. Each was possible once. */
import { describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { toColumns } from "../../shared/adapters/tableColumns.ts";
import { writeAddresses } from "../../shared/admission/mutate.ts";
import { AdmissionReview } from "../../shared/admission/review.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { confirmClaims, releaseRefused } from "../../shared/inventory/confirmClaims.ts";
import { ClaimWorld, SUBNET, type Living, type Wish } from "../builders/claimWorld.ts";
import { balancerId, cluster, declared, intent, pls, plsIdIn, subnetRow } from "../builders/world.ts";

const IP = "10.0.1.50";
const WEB: Wish = { address: IP };
const PLS: Wish = { address: IP, pls: "shared" };
const ADDRESSES = Array.from({ length: 60 }, (_, n) => `10.0.1.${n + 20}`);
const clusterOf = (name: string) => cluster({ name, nodeResourceGroup: `MC_${name}` });

async function living(world: ClaimWorld, owner = "one/web", wish: Wish = WEB): Promise<Living> {
  expect((await world.create(owner, wish)).allowed).toBe(true);
  await world.settle();
  return world.living.get(owner) ?? expect.fail();
}

/** As the scan's last write begins, which removes a row: after it judged. */
function beforeRemoval(
  world: ClaimWorld,
  act: () => Promise<unknown>,
): { readonly wasReached: () => boolean } {
  const { addresses } = world.run.tables;
  const transact = addresses.transact.bind(addresses);
  let wasReached = false;
  addresses.transact = async (partition, writes) => {
    if (wasReached || !writes.some((one) => one.do === "remove")) return transact(partition, writes);
    wasReached = true;
    await act();
    return transact(partition, writes);
  };
  return { wasReached: () => wasReached };
}

describe("a Service with the uid of another cluster's", () => {
  test("does not end that one's claim with its list", async () => {
    const world = await new ClaimWorld().start();
    const { uid } = await living(world);
    world.run.network.uses = [];
    world.living.set("two/evil", { cluster: "two", name: "evil", uid, address: IP });
    await world.list("two");
    world.living.delete("two/evil");
    for (let n = 0; n < 4; n += 1) {
      await world.list("two");
      await world.scan();
    }
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("does not get its name", async () => {
    const world = await new ClaimWorld().start();
    const { uid } = await living(world, "one/web", PLS);
    world.newUid = () => uid;
    expect((await world.create("two/evil", { address: "10.0.1.60", pls: "shared" })).allowed).toBe(false);
  });

  test("is the same Service under another registration, whose address no Service gets", async () => {
    const world = await new ClaimWorld().start();
    const { uid } = await living(world);
    const uno = cluster({ name: "uno", nodeResourceGroup: "MC_one" });
    await world.run.tables.clusters.transact("all", [
      { do: "remove", key: "one" },
      { do: "put", key: "uno", value: uno },
    ]);
    const web = declared({ cluster: "uno", uid, intent: intent({ addresses: { ipv4: IP } }) });
    await confirmClaims(world.run, uno, { declared: [web], subnets: [subnetRow()], sequence: 1 });
    expect(await world.claimants(IP)).toEqual(["one/web", "uno/web"]);
    expect((await world.create("two/web", WEB)).allowed).toBe(false);
  });
});

describe("a living Service keeps its address", () => {
  test("when the registration of its cluster is removed", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await world.run.tables.clusters.transact("all", [{ do: "remove", key: "one" }]);
    expect((await world.create("two/web", WEB)).allowed).toBe(false);
  });

  test("when its cluster was registered again and has not listed yet", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    const { declarations, proposals, feeds } = world.run.tables;
    for (const table of [declarations, proposals] as const)
      for (const row of table.rows().filter(({ partition }) => partition === "one"))
        await table.transact("one", [{ do: "remove", key: row.key }]);
    const { sequence } = (await feeds.get("all", "one"))?.value ?? expect.fail();
    await feeds.transact("all", [{ do: "put", key: "one", value: { cluster: "one", sequence } }]);
    expect((await world.create("one/api", WEB)).allowed).toBe(false);
  });

  test("when its subnet was deleted and created again", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    world.run.network.uses = [];
    for (let n = 0; n < 3; n += 1) {
      await world.list("one");
      await world.scan();
    }
    const { allSubnets } = world.run.network;
    world.run.network.allSubnets = [];
    await world.scan();
    world.run.network.allSubnets = allSubnets;
    await world.scan();
    await world.list("one");
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("in a prefix that its subnet got later", async () => {
    const world = await new ClaimWorld().start();
    const address = "10.0.2.50";
    world.living.set("one/web", { cluster: "one", name: "web", uid: world.newUid(), address });
    await world.list("one");
    const [subnet = expect.fail()] = world.run.network.allSubnets;
    world.run.network.allSubnets = [{ ...subnet, prefixes: ["10.0.1.0/24", "10.0.2.0/24"] }];
    await world.scan();
    expect(await world.claimants(address)).toEqual(["one/web"]);
  });

  test("that it got back between a scan's judgement and its write, by a list", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await world.update("one/web", { address: "10.0.1.51" });
    world.reconcile("one");
    await world.list("one");
    world.run.network.uses = [];
    await world.scan();
    const { wasReached } = beforeRemoval(world, async () => {
      await world.update("one/web", WEB);
      await world.list("one");
    });
    await world.scan();
    expect(wasReached()).toBe(true);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("and so by admission", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    await world.update("one/web", { address: "10.0.1.51" });
    world.reconcile("one");
    await world.list("one");
    world.run.network.uses = [];
    await world.scan();
    const { wasReached } = beforeRemoval(world, () => world.update("one/web", WEB));
    await world.scan();
    expect(wasReached()).toBe(true);
    expect((await world.create("two/web", WEB)).allowed).toBe(false);
  });

  test("while the subnet counts something of its cluster that no list shows", async () => {
    const world = await new ClaimWorld().start();
    const uid = world.newUid();
    world.living.set("one/web", { cluster: "one", name: "web", uid, ...WEB });
    await world.list("one");
    const holderId = `${balancerId("MC_one")}/frontendIPConfigurations/${baseName(uid)}`;
    world.run.network.uses = [{ address: IP, subnetId: SUBNET, holderId }];
    world.living.clear();
    for (let n = 0; n < 4; n += 1) {
      await world.list("one");
      await world.scan(true);
    }
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("while the subnet counts a frontend of it that no list shows, also after its registration was removed", async () => {
    const world = await new ClaimWorld().start();
    const { uid } = await living(world);
    const holderId = `${balancerId("MC_one")}/frontendIPConfigurations/${baseName(uid)}`;
    [world.run.network.uses, world.run.network.hiddenUses] = [
      [],
      [{ address: IP, subnetId: SUBNET, holderId }],
    ];
    await world.run.tables.clusters.transact("all", [{ do: "remove", key: "one" }]);
    // As if its assignment had been released before.
    const row = (await world.row(IP)) ?? expect.fail();
    const { assignment: _released, ...rest } = row;
    await world.run.tables.addresses.transact(SUBNET.toLowerCase(), [
      { do: "put", key: addressKey(IP), value: rest },
    ]);
    for (let n = 0; n < 3; n += 1) await world.scan();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("when its frontend was created after the scan had read Azure, and a list is newer still", async () => {
    const world = await new ClaimWorld().start();
    world.living.set("one/web", { cluster: "one", name: "web", uid: world.newUid(), ...WEB });
    await world.list("one");
    const { addresses } = world.run.tables;
    const list = addresses.list.bind(addresses);
    addresses.list = async function* (partition, range) {
      addresses.list = list;
      world.reconcile("one");
      world.living.delete("one/web");
      for (let n = 0; n < 2; n += 1) await world.list("one");
      yield* list(partition, range);
    };
    await world.scan();
    expect(world.run.network.uses.map(({ address }) => address)).toEqual([IP]);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("when lists of a cluster that is not corroborated lack it", async () => {
    const world = await new ClaimWorld().start();
    await living(world);
    const { value } = (await world.run.tables.clusters.get("all", "one")) ?? expect.fail();
    const { uid, boundAtUtc } = value.identity ?? expect.fail();
    const uncertain = { ...value, identity: { uid, boundAtUtc } };
    await world.run.tables.clusters.transact("all", [{ do: "put", key: "one", value: uncertain }]);
    world.living.delete("one/web");
    for (let n = 0; n < 3; n += 1) await world.list("one");
    expect((await world.create("one/api", WEB)).allowed).toBe(false);
  });

  test("when a retry is admitted while its first try is dropped", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", WEB, "refused");
    const { proposals } = world.run.tables;
    const [row = expect.fail()] = proposals.rows();
    await proposals.transact("one", [{ do: "remove", key: row.key }]);
    const transact = proposals.transact.bind(proposals);
    proposals.transact = async (partition, writes) => {
      proposals.transact = transact;
      await releaseRefused(world.run, clusterOf("one"))(row.value.declared);
      return transact(partition, writes);
    };
    expect((await world.create("one/web", WEB)).allowed).toBe(true);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("and the ports of an update that a list has not seen", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP, ports: [80] });
    const before = world.living.get("one/web") ?? expect.fail();
    await world.update("one/web", { address: IP, ports: [80, 443] });
    const after = world.living.get("one/web") ?? expect.fail();
    world.living.set("one/web", before);
    await world.list("one");
    world.living.set("one/web", after);
    expect((await world.create("one/api", { address: IP, ports: [443] })).allowed).toBe(false);
  });

  test.each(["announces a move", "lists the same"])(
    "and may be updated when another Service %s",
    async (what) => {
      const world = await new ClaimWorld().start();
      await living(world, "one/web", PLS);
      if (what === "announces a move") await world.create("two/web", { ...PLS, replaces: "one/shop/web" });
      else {
        world.living.set("two/evil", { cluster: "two", name: "evil", uid: world.newUid(), ...PLS });
        await world.list("two");
      }
      expect((await world.update("one/web", { ...PLS, ports: [80, 443] }))?.allowed).toBe(true);
    },
  );
});

test.each(["a handover", "a planned move"])(
  "after %s no other Service of the old cluster joins the old frontend",
  async (how) => {
    const world = await new ClaimWorld().start();
    await living(world);
    if (how === "a handover") {
      await world.remove("one/web");
      await world.list("one");
    }
    const next = await world.create("two/web", {
      ...WEB,
      ...(how !== "a handover" && { replaces: "one/shop/web" }),
    });
    expect(next.allowed).toBe(true);
    await world.list("two");
    expect((await world.create("one/api", { address: IP, ports: [443] })).allowed).toBe(false);
  },
);

test("mutating reviews without a uid do not choose one address for two Services", async () => {
  const world = await new ClaimWorld().start();
  const annotations = {
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "mooring.dev/address": "auto",
  };
  const request = {
    uid: "r",
    kind: { group: "", version: "v1", kind: "Service" },
    namespace: "shop",
    name: "web",
    operation: "CREATE",
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "shop", annotations },
      spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }] },
    },
    oldObject: null,
  };
  const review = AdmissionReview.parse({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request,
  });
  const [a, b] = await Promise.all(
    ["one", "two"].map((name) => writeAddresses(world.run, clusterOf(name), review)),
  );
  expect(a?.patch).toBeDefined();
  expect(a?.patch).not.toEqual(b?.patch);
});

test("a name is kept while Azure has a Private Link Service of that name that no list shows", async () => {
  const world = await new ClaimWorld().start();
  await living(world, "one/web", PLS);
  const [hidden, { network }] = [pls({ id: plsIdIn("shared", "rg-pls") }), world.run];
  network.allPrivateLinkServices = [hidden];
  network.privateLinkServices = async () => [];
  world.living.delete("one/web");
  network.uses = [];
  for (let n = 0; n < 4; n += 1) {
    await world.list("one");
    await world.scan();
  }
  expect((await world.row("shared"))?.claims).toHaveLength(1);
  network.allPrivateLinkServices = [];
  await world.scan();
  expect(await world.row("shared")).toBeUndefined();
});

describe("the quota", () => {
  test("counts a claim that another Service requested in vain", async () => {
    const world = await new ClaimWorld().start();
    let allowed = 0;
    for (const [n, address] of ADDRESSES.entries()) {
      if ((await world.create(`one/s${n}`, { address }, "refused")).allowed) allowed += 1;
      await world.create(`one/t${n}`, { address }, "refused");
    }
    expect(allowed).toBe(25);
  });

  test("holds when the count sees the request's own row", async () => {
    const world = await new ClaimWorld().start();
    const { unconfirmed } = world.run.tables;
    const list = unconfirmed.list.bind(unconfirmed);
    unconfirmed.list = async function* (partition, range) {
      for (let n = 0; n < 50; n += 1) await Promise.resolve();
      yield* list(partition, range);
    };
    let allowed = 0;
    for (const [n, address] of ADDRESSES.entries())
      if ((await world.create(`one/s${n}`, { address }, "refused")).allowed) allowed += 1;
    expect(allowed).toBe(25);
  });

  test("takes nothing from a Service of the same name that was admitted before", async () => {
    const world = await new ClaimWorld().start();
    for (const [n, address] of ADDRESSES.slice(0, 25).entries()) await world.create(`one/s${n}`, { address });
    const [address = ""] = ADDRESSES;
    const again = await world.create("one/s0", { address, pls: "x", natAddress: "10.0.1.200" }, "refused");
    expect(again.allowed).toBe(false);
    expect(await world.claimants(address)).toEqual(["one/s0"]);
  });

  test("as a warning leaves the claim of what it admits", async () => {
    const world = await new ClaimWorld().start({ rules: { "address-claim-quota": "warn" } });
    for (const [n, address] of ADDRESSES.slice(0, 26).entries())
      expect((await world.create(`one/s${n}`, { address })).allowed).toBe(true);
    expect(await world.claimants(ADDRESSES[25] ?? "")).toEqual(["one/s25"]);
  });
});

describe("a report is taken", () => {
  test("of Services that share a frontend", async () => {
    const world = await new ClaimWorld(["one"]).start();
    await world.create("one/a", { address: IP, ports: [80] });
    await world.create("one/b", { address: IP, ports: [443] });
    await world.list("one");
    expect(world.run.tables.declarations.all().map(({ name }) => name)).toEqual(["a", "b"]);
    expect(await world.claimants(IP)).toEqual(["one/a", "one/b"]);
  });

  test("of a thousand of them, with few writes", async () => {
    const world = await new ClaimWorld(["one"]).start();
    for (let n = 0; n < 1000; n += 1)
      world.living.set(`one/s${n}`, {
        cluster: "one",
        name: `s${n}`,
        uid: world.newUid(),
        address: IP,
        ports: [1000 + n],
      });
    const before = world.run.tables.addresses.calls.count("transact");
    await world.list("one");
    expect(world.run.tables.addresses.calls.count("transact") - before).toBeLessThan(50);
    expect((await world.row(IP))?.claims).toHaveLength(1000);
  });

  test("of a Service with one address for its frontend and its Private Link Service", async () => {
    const world = await new ClaimWorld(["one"]).start();
    world.living.set("one/a", {
      cluster: "one",
      name: "a",
      uid: world.newUid(),
      address: IP,
      natAddress: IP,
      pls: "x",
    });
    await world.list("one");
    expect(world.run.tables.declarations.all().map(({ name }) => name)).toEqual(["a"]);
  });

  test("when another cluster's claims fill the row", async () => {
    const world = await new ClaimWorld().start();
    const { addresses } = world.run.tables;
    const transact = addresses.transact.bind(addresses);
    addresses.transact = async (partition, writes) => {
      for (const one of writes) if (one.do !== "remove") toColumns(one.value, one.key);
      return transact(partition, writes);
    };
    const ports = Array.from({ length: 1000 }, (_, port) => port + 1);
    for (let n = 0; n < 20; n += 1) {
      world.living.set(`two/s${n}`, {
        cluster: "two",
        name: `s${n}`,
        uid: world.newUid(),
        address: IP,
        ports,
      });
      await world.list("two");
    }
    world.living.set("one/web", { cluster: "one", name: "web", uid: world.newUid(), address: IP, ports });
    await world.list("one");
    expect(world.run.tables.declarations.all().filter((one) => one.cluster === "one")).toHaveLength(1);
    expect(world.run.tables.declarations.all().filter((one) => one.cluster === "two")).toHaveLength(20);
  });
});

test("a scan confirms two Services that share a frontend", async () => {
  const world = await new ClaimWorld(["one"]).start();
  await world.create("one/a", { address: IP, ports: [80] });
  await world.create("one/b", { address: IP, ports: [443] });
  const [a = "", b = ""] = [...world.living.values()].map(({ uid }) => baseName(uid));
  const uses = [
    { rule: `${a}-TCP-80`, port: 80, protocol: "TCP" },
    { rule: `${b}-TCP-443`, port: 443, protocol: "TCP" },
  ];
  const holderId = `${balancerId("MC_one")}/frontendIPConfigurations/${a}`;
  world.run.network.uses = [{ address: IP, subnetId: SUBNET, holderId, uses }];
  await world.scan();
  expect((await world.row(IP))?.claims?.map(({ state }) => state)).toEqual(["confirmed", "confirmed"]);
});

test("many Services may claim one shared address at once", async () => {
  const world = await new ClaimWorld().start();
  const all = await Promise.all(
    Array.from({ length: 24 }, (_, n) => world.create(`one/s${n}`, { address: IP, ports: [1000 + n] })),
  );
  expect(all.filter(({ allowed }) => allowed)).toHaveLength(24);
});

test("ports of a refused update are free when it expires, although Azure shows the Service's frontend", async () => {
  const world = await new ClaimWorld().start();
  const { uid } = await living(world);
  world.run.network.uses = world.run.network.uses.map((use) => ({
    ...use,
    uses: [{ rule: `${baseName(uid)}-TCP-80`, port: 80, protocol: "Tcp" }],
  }));
  await world.update("one/web", { address: IP, ports: [80, 443] }, "refused");
  await world.scan();
  world.run.clock.advance(3601);
  await world.list("one");
  await world.scan();
  expect((await world.create("one/api", { address: IP, ports: [443] })).allowed).toBe(true);
});
