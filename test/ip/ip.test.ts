/** What `mooring ip` and its API report and release, over clusters with everything that happens to addresses. */
import { describe, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { openEntry, closeEntry } from "../../shared/changes/journalStore.ts";
import { removeCluster } from "../../shared/declarations/registry.ts";
import { lookUpAddress, nextFree } from "../../shared/ip/lookUp.ts";
import { listUses } from "../../shared/ip/listUses.ts";
import type { PlaceUse } from "../../shared/ip/model.ts";
import { planRelease, type Release } from "../../shared/ip/releaseClaims.ts";
import { createShower } from "../../shared/ip/showUse.ts";
import { chooseSubnet, listSources } from "../../shared/ip/sources.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { ClaimWorld, SUBNET, type Wish } from "../builders/claimWorld.ts";
import { balancerId, subnetId, subnetInAzure } from "../builders/world.ts";

const IP = "10.0.1.50";
const WEB: Wish = { address: IP };

async function living(wish: Wish = WEB): Promise<ClaimWorld> {
  const world = await new ClaimWorld().start();
  expect((await world.create("one/web", wish)).allowed).toBe(true);
  await world.settle();
  return world;
}

async function uses(run: Run, text?: string): Promise<PlaceUse[]> {
  const shower = await createShower(run);
  const found = await Array.fromAsync(listUses(run, { sources: await listSources(run), text }, shower));
  return Promise.all(found.map(({ item }) => shower.show(item)));
}

const brief = ({ place, state, claims, holder }: PlaceUse) =>
  [
    place,
    state,
    ...claims.map((one) => `${one.service} ${one.state} ${one.status}`),
    holder?.service ?? "-",
  ].join(", ");

describe("what is in use", () => {
  test("an assigned address, a declared one, a claimed one, and a name, each with its Service", async () => {
    const world = await living({ ...WEB, pls: "shared" });
    await world.create("one/api", { address: "10.0.1.60" });
    await world.list("one");
    await world.create("two/next", { address: "10.0.1.70" });
    expect((await uses(world.run)).map(brief)).toEqual([
      "shared, declared, one/shop/web confirmed living, -",
      "10.0.1.50, assigned, one/shop/web confirmed living, one/shop/web",
      "10.0.1.60, declared, one/shop/api confirmed living, -",
      "10.0.1.70, claimed, two/shop/next proposed living, -",
    ]);
  });

  test("a Service that has an address without declaring it", async () => {
    const world = await living({});
    const uid = world.living.get("one/web")?.uid ?? "";
    const holderId = `${balancerId("MC_one")}/frontendIPConfigurations/a${uid.replaceAll("-", "").slice(0, 31)}`;
    world.run.network.uses = [{ address: IP, subnetId: SUBNET, holderId }];
    await world.scan();
    expect((await uses(world.run)).map(brief)).toEqual(["10.0.1.50, assigned, one/shop/web"]);
  });

  test("not what has expired, nor what was released", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", WEB, "refused");
    world.run.clock.advance(3601);
    expect(await uses(world.run)).toEqual([]);
  });

  test("a Service that leaves, then one whose deletion its cluster confirmed", async () => {
    const world = await living();
    await world.remove("one/web");
    expect((await uses(world.run)).map(brief)[0]).toContain("confirmed leaving");
    await world.list("one");
    expect((await uses(world.run)).map(brief)[0]).toContain("confirmed terminating");
  });

  test.each([
    ["1.50", 1],
    ["SHOP/WEB", 2],
    ["hared", 1],
    ["load balancer kubernetes", 1],
    ["nothing", 0],
  ])("found by %s: %i", async (text, count) => {
    const world = await living({ ...WEB, pls: "shared" });
    expect(await uses(world.run, text)).toHaveLength(count);
  });

  test("page by page, none twice and none left out", async () => {
    const world = await living({ ...WEB, pls: "shared" });
    await world.create("two/a", { address: "10.0.1.60", pls: "other" });
    const shower = await createShower(world.run);
    const sources = await listSources(world.run);
    const all = await Array.fromAsync(listUses(world.run, { sources }, shower));
    expect(all).toHaveLength(4);
    for (const [index, { at }] of all.entries()) {
      const rest = await Array.fromAsync(listUses(world.run, { sources, after: at }, shower));
      expect(rest.map((one) => one.at)).toEqual(all.slice(index + 1).map((one) => one.at));
    }
  });
});

describe("who has an address", () => {
  test("the resource and the Services that declare it, since when, and what is free nearby", async () => {
    const world = await living();
    const { address, subnets } = await lookUpAddress(world.run, IP);
    expect([address, subnets]).toEqual([
      IP,
      [
        {
          subnet: "apps",
          vnet: "vnet",
          state: "assigned",
          holder: {
            id: expect.stringContaining("/frontendIPConfigurations/a"),
            name: expect.stringMatching(/^frontend a\w+ of load balancer kubernetes-internal$/),
            service: "one/shop/web",
            sinceUtc: expect.stringContaining("2026-11-23T"),
          },
          claims: [
            {
              service: "one/shop/web",
              uid: "00000001-0000-4000-8000-000000000000",
              state: "confirmed",
              status: "living",
              sinceUtc: "2026-11-23T12:00:10.000Z",
            },
          ],
          free: ["10.0.1.49", "10.0.1.51", "10.0.1.48"],
          annotation: 'service.beta.kubernetes.io/azure-load-balancer-ipv4: "10.0.1.49"',
          history: [],
        },
      ],
    ]);
  });

  test("no one: the annotation is for the address itself", async () => {
    const world = await new ClaimWorld().start();
    expect((await lookUpAddress(world.run, IP)).subnets).toEqual([
      {
        subnet: "apps",
        vnet: "vnet",
        state: "free",
        claims: [],
        free: [IP],
        annotation: `service.beta.kubernetes.io/azure-load-balancer-ipv4: "${IP}"`,
        history: [],
      },
    ]);
  });

  test.each([
    ["10.0.1.3", "reserved"],
    ["10.0.1.255", "reserved"],
    ["10.0.1.20", "excluded"],
  ])("%s is %s", async (address, state) => {
    const world = await new ClaimWorld().start({ excludedRanges: ["10.0.1.16/28"] });
    const [found] = (await lookUpAddress(world.run, address)).subnets;
    expect(found?.state).toBe(state);
    expect(found?.free).not.toContain(address);
    expect(found?.free).toHaveLength(3);
  });

  test("no scanned subnet contains it", async () => {
    const world = await new ClaimWorld().start();
    expect((await lookUpAddress(world.run, "192.0.2.1")).subnets).toEqual([]);
    await expect(lookUpAddress(world.run, "010.0.1.50")).rejects.toThrow("010.0.1.50 is not an address");
  });

  test("with the changes that Mooring made to its holder, or to what it is part of", async () => {
    const world = await living();
    const { run } = world;
    const change = {
      action: "update" as const,
      capability: "sweep" as const,
      cluster: "one",
      reason: "a frontend of no Service",
      evidence: [],
      edits: [],
    };
    const cause = { who: "ada", why: "test", correlationId: "c" };
    for (const resourceId of [balancerId("MC_one"), balancerId("MC_two")]) {
      const opened = await openEntry(run, { ...change, resourceId }, { cause, policyVersion: "1" });
      await closeEntry(run, opened, { outcome: "applied" });
    }
    const [found] = (await lookUpAddress(run, IP)).subnets;
    expect(found?.history).toEqual([
      expect.objectContaining({ who: "ada", action: "update", outcome: "applied", reason: change.reason }),
    ]);
  });
});

describe("the next free addresses", () => {
  const next = async (world: ClaimWorld, count: number, family: "IPv4" | "IPv6" = "IPv4") =>
    nextFree(world.run, { subnet: await chooseSubnet(world.run, { subnet: "apps" }), count, family });

  test("are the lowest ones, without what is reserved, excluded, assigned or claimed", async () => {
    const world = await living({ address: "10.0.1.6" });
    await world.create("one/api", { address: "10.0.1.8" });
    await applyPolicy(world.run, { excludedRanges: ["10.0.1.4/31"] });
    expect(await next(world, 3)).toEqual({
      subnet: "apps",
      vnet: "vnet",
      addresses: ["10.0.1.7", "10.0.1.9", "10.0.1.10"],
      annotation: 'service.beta.kubernetes.io/azure-load-balancer-ipv4: "10.0.1.7"',
      unknown: 0,
    });
  });

  test("are none in a subnet that policy excludes", async () => {
    const world = await new ClaimWorld().start({ excludedRanges: ["10.0.0.0/16"] });
    expect(await next(world, 1)).toEqual({ subnet: "apps", vnet: "vnet", addresses: [], unknown: 0 });
  });

  test("need a prefix of their family", async () => {
    await expect(next(await new ClaimWorld().start(), 1, "IPv6")).rejects.toThrow(
      "subnet apps has no IPv6 prefix",
    );
  });

  test("are admitted, whichever is taken", async () => {
    const world = await living();
    const { addresses } = await next(world, 20);
    for (const [index, address] of addresses.entries())
      expect((await world.create(`two/s${index}`, { address })).allowed).toBe(true);
  });
});

describe("a subnet is chosen", () => {
  test.each(["apps", "APPS", "vnet/apps", subnetId("apps")])("by %s", async (subnet) => {
    const world = await new ClaimWorld().start();
    expect((await chooseSubnet(world.run, { subnet })).id).toBe(subnetId("apps"));
  });

  test("with what was meant if there is none, and with the network if there are several", async () => {
    const world = new ClaimWorld();
    const other = subnetInAzure();
    const id = other.id.replace("/vnet/", "/other/");
    world.run.network.allSubnets = [other, { ...other, id, vnetId: other.vnetId.replace(/vnet$/, "other") }];
    await world.start();
    await expect(chooseSubnet(world.run, { subnet: "aps" })).rejects.toThrow("did you mean apps?");
    await expect(chooseSubnet(world.run, { subnet: "apps", vnet: "vnett" })).rejects.toThrow(
      "there is no scanned virtual network vnett; did you mean vnet?",
    );
    await expect(chooseSubnet(world.run, { subnet: "apps" })).rejects.toThrow(
      /other\/apps.*name the network/,
    );
    expect((await chooseSubnet(world.run, { subnet: "apps", vnet: "other" })).id).toBe(id);
  });
});

describe("claims are released", () => {
  const ask = (some: Partial<Release> = {}): Release => ({
    place: IP,
    reason: "the cluster is lost",
    who: "ada",
    force: false,
    ...some,
  });

  test("that were proposed and never came to be; who did it is recorded", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", WEB, "refused");
    const { shown, carryOut } = await planRelease(world.run, ask());
    expect([shown.released, shown.claims.map(({ service }) => service)]).toEqual([false, ["one/shop/web"]]);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
    const { released, record = "" } = await carryOut();
    expect(released).toBe(true);
    expect(await world.row(IP)).toBeUndefined();
    expect(await world.run.states.load(record)).toMatchObject({
      who: "ada",
      reason: "the cluster is lost",
      place: IP,
      claims: [{ service: "one/shop/web", state: "proposed" }],
    });
    expect((await world.create("two/web", WEB)).allowed).toBe(true);
  });

  test("not of a living Service, unless forced; Azure's assignment stays", async () => {
    const world = await living();
    const before = structuredClone(await world.row(IP));
    await expect(planRelease(world.run, ask())).rejects.toMatchObject({
      name: "Refused",
      message: expect.stringContaining("is declared by Service one/shop/web, which is living"),
    });
    expect(await world.row(IP)).toEqual(before);
    await (await planRelease(world.run, ask({ force: true }))).carryOut();
    expect(await world.row(IP)).toEqual({ address: IP, assignment: before?.assignment });
    expect((await world.create("two/web", WEB)).allowed).toBe(false);
  });

  test("not of a cluster that is silent, unless forced: the refusal names what to do", async () => {
    const world = await living();
    world.run.clock.advance(2 * 3600);
    await expect(planRelease(world.run, ask())).rejects.toThrow(
      /whose cluster one has not reported since 2026-\S+: if the cluster was deleted, remove its registration/,
    );
  });

  test("of a cluster whose registration was removed, without force", async () => {
    const world = await living();
    world.run.network.uses = [];
    await removeCluster(world.run, "one");
    expect((await planRelease(world.run, ask())).shown.claims[0]?.status).toBe("ended");
    await (await planRelease(world.run, ask())).carryOut();
    expect(await world.claimants(IP)).toEqual([]);
  });

  test("of one Service only, if it is named", async () => {
    const world = await living();
    await world.create("one/renamed", { ...WEB, replaces: "shop/web" });
    await expect(planRelease(world.run, ask({ service: "one/shop/renamd" }))).rejects.toThrow(
      "did you mean one/shop/renamed?",
    );
    await (await planRelease(world.run, ask({ service: "one/shop/renamed" }))).carryOut();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test.each(["shared", "SHARED", "rg-pls/shared"])("of the name %s", async (place) => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { ...WEB, pls: "shared" }, "refused");
    await (await planRelease(world.run, ask({ place }))).carryOut();
    expect(await world.claimants("shared")).toEqual([]);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test.each([
    ["10.0.1.99", "no Service claims 10.0.1.99"],
    ["no-such-name", "no Service claims no-such-name"],
  ])("not of %s, which no Service claims", async (place, message) => {
    const world = await living();
    await expect(planRelease(world.run, ask({ place }))).rejects.toThrow(message);
  });

  test("not if one was confirmed between the look and the release", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", WEB);
    const { carryOut } = await planRelease(world.run, ask());
    await world.list("one");
    await expect(carryOut()).rejects.toMatchObject({ name: "Conflict" });
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("and a Service that lives all the same declares it again with its next change", async () => {
    const world = await living();
    await (await planRelease(world.run, ask({ force: true }))).carryOut();
    await world.settle();
    const after = await world.claimants(IP);
    await world.update("one/web", { ...WEB, ports: [81] });
    await world.settle();
    expect([after, await world.claimants(IP)]).toEqual([[], ["one/web"]]);
  });
});

test("a removed cluster's claims end with the scan that releases the address", async () => {
  const world = await living();
  world.run.network.uses = [];
  await removeCluster(world.run, "one");
  await world.scan();
  await world.scan();
  expect(await world.row(IP)).toBeUndefined();
});
