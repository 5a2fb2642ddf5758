/** Claims are verified after admission: what Azure answers, what becomes of the claim, and which finding it is. */
import { describe, expect, test } from "vitest";
import { InvalidInput, NotYet, Refused } from "../../shared/core/errors.ts";
import { listFindings } from "../../shared/findings/findingStore.ts";
import { stateOf } from "../../shared/findings/finding.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { verifyClaims } from "../../shared/audit/verifyClaims.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { claimWork, parseClaimWork } from "../../shared/inventory/claimWork.ts";
import { OWNER_TAG } from "../../shared/declarations/plsOwner.ts";
import { ClaimWorld, SUBNET } from "../builders/claimWorld.ts";
import { balancerId, frontend, pls, plsIdIn, subnetId, subnetInAzure, UID } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const IP = "10.0.1.50";
const NIC = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/vm`;
const ID = claimWork({ subnetId: SUBNET, address: IP }).id;

const use = (holderId: string, address = IP) => ({ address, subnetId: SUBNET, holderId });
const asked = ({ run }: ClaimWorld) =>
  run.queue.sent.filter(({ queue, item }) => queue === "inventory" && item.what === "claim");

/** As the queue does it, with what admission sent. */
async function verifyAll(world: ClaimWorld): Promise<void> {
  for (const { item } of asked(world).splice(0)) await verifyClaims(world.run, item.id);
}

const findings = async ({ run }: ClaimWorld) =>
  (await listFindings(run)).filter(({ check }) => check === "address-unavailable");
const problems = async (world: ClaimWorld, address = IP) =>
  (await world.row(address))?.claims?.map(({ problem }) => problem);

const audit = ({ run }: ClaimWorld) => runAudit(run, { who: "me", why: "test" });

/** Another resource has the address, and no list shows it. */
async function disagreeing(): Promise<ClaimWorld> {
  const world = await new ClaimWorld().start();
  world.run.network.hiddenUses = [use(NIC)];
  expect((await world.create("one/web", { address: IP })).allowed).toBe(true);
  return world;
}

describe("admission requests it", () => {
  test("once for each address that is newly claimed", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP, pls: "pls", natAddress: "10.0.1.60" });
    expect(asked(world).map(({ item, delaySeconds }) => [item.id, item.why, delaySeconds])).toEqual([
      [ID, "admission", 0],
      [`${SUBNET}/addresses/10.0.1.60`, "admission", 0],
    ]);
  });

  test("beside the proposal, not before or after it", async () => {
    const world = await new ClaimWorld().start();
    const { proposals } = world.run.tables;
    const transact = proposals.transact.bind(proposals);
    const sent = Promise.withResolvers<void>();
    world.run.queue.send = async () => sent.resolve();
    proposals.transact = async (...write) => (await sent.promise, transact(...write));
    expect((await world.create("one/web", { address: IP })).allowed).toBe(true);
  });

  test("not for addresses that it keeps, nor for requests that are refused", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP });
    await world.update("one/web", { address: IP, ports: [80, 443] });
    expect((await world.create("two/web", { address: IP })).allowed).toBe(false);
    expect(asked(world)).toHaveLength(1);
  });

  test("not for a name, and not without an address", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { pls: "pls" });
    expect(asked(world)).toEqual([]);
  });

  test("and admits the Service if the queue is unavailable", async () => {
    const world = await new ClaimWorld().start();
    world.run.queue.calls.failNext(new Error("503"), { method: "send" });
    expect((await world.create("one/web", { address: IP })).allowed).toBe(true);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
    expect(world.run.tables.proposals.all()).toHaveLength(1);
    expect(asked(world)).toEqual([]);
  });

  test("and admits the Service if the queue never answers", async () => {
    const world = await new ClaimWorld().start();
    world.run.queue.send = () => new Promise(() => undefined);
    expect((await world.create("one/web", { address: IP })).allowed).toBe(true);
    expect(world.run.tables.proposals.all()).toHaveLength(1);
  });
});

describe("Azure agrees", () => {
  test("the claim is free: nothing is written", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP });
    const before = await world.row(IP);
    await verifyAll(world);
    expect(await world.row(IP)).toEqual(before);
    expect(await findings(world)).toEqual([]);
  });

  test("nothing is read if the claim ended, or if its frontend is recorded", async () => {
    const world = await new ClaimWorld().start();
    await verifyClaims(world.run, ID);
    await world.create("one/web", { address: IP });
    await world.settle();
    await verifyClaims(world.run, ID);
    expect(world.run.network.calls.count("availability")).toBe(0);
  });

  test.each<[string, (world: ClaimWorld, uid: string) => void]>([
    ["the frontend of the Service was created since the last scan", (world) => world.reconcile("one")],
    [
      "the cluster shares the frontend of another Service",
      ({ run }) => {
        const holderId = `${balancerId("MC_one")}/frontendIPConfigurations/${baseName(UID)}`;
        run.network.uses = [use(holderId)];
      },
    ],
  ])("%s", async (_sentence, arrange) => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP });
    arrange(world, "");
    await verifyAll(world);
    expect(world.run.network.calls.count("availability")).toBe(1);
    expect(await problems(world)).toEqual([undefined]);
    expect(await findings(world)).toEqual([]);
  });

  test("its own Private Link Service was created since the last scan", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { pls: "pls", natAddress: IP });
    const own = pls({
      id: plsIdIn("pls"),
      tags: { [OWNER_TAG]: "shop/web" },
      natAddresses: [{ subnetId: SUBNET, address: IP }],
      frontendIds: [frontend().id],
    });
    world.run.network.allPrivateLinkServices = [own];
    world.run.network.hiddenUses = [use(own.id)];
    await verifyAll(world);
    expect(await problems(world)).toEqual([undefined]);
    world.run.network.allPrivateLinkServices = [{ ...own, tags: { [OWNER_TAG]: "shop/other" } }];
    await verifyClaims(world.run, ID);
    expect(await problems(world)).toMatchObject([{ holderId: own.id }]);
  });

  test("another Service hands the address over", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP });
    await world.settle();
    expect((await world.create("two/web", { address: IP, replaces: "one/shop/web" })).allowed).toBe(true);
    await verifyAll(world);
    expect(await findings(world)).toEqual([]);
  });
});

describe("Azure disagrees", () => {
  test("a finding at once, and the claim shows it", async () => {
    const world = await disagreeing();
    await verifyAll(world);
    const [finding] = await findings(world);
    expect(finding).toMatchObject({
      severity: "error",
      about: "one/shop/web",
      cluster: "one",
      declared: IP,
      message:
        "Azure reports 10.0.1.50 in subnet apps as unavailable, no readable list contains the resource that uses it; free in this subnet: 10.0.1.4, 10.0.1.5, 10.0.1.6, 10.0.1.7, 10.0.1.8",
    });
    expect(finding && stateOf(finding, world.run.clock.nowUtc)).toBe("open");
    expect(await problems(world)).toMatchObject([{ sinceUtc: world.run.clock.nowUtc }]);
  });

  test("the finding names what lists show", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP });
    const other = `${balancerId("MC_two")}/frontendIPConfigurations/${baseName("other")}`;
    world.run.network.uses = [use(other)];
    await verifyAll(world);
    expect(await findings(world)).toMatchObject([{ actual: other }]);
  });

  test("a frontend of a person on the cluster's load balancer is not shared", async () => {
    const world = await new ClaimWorld().start();
    await world.create("one/web", { address: IP });
    const holderId = `${balancerId("MC_one")}/frontendIPConfigurations/by-hand`;
    world.run.network.uses = [use(holderId)];
    await verifyAll(world);
    expect(await findings(world)).toMatchObject([{ actual: holderId }]);
  });

  test("it names every such address of the Service, whichever is verified", async () => {
    const world = await new ClaimWorld().start();
    world.run.network.hiddenUses = [use(NIC), use(NIC, "10.0.1.60")];
    await world.create("one/web", { address: IP, pls: "pls", natAddress: "10.0.1.60" });
    await verifyAll(world);
    await verifyClaims(world.run, ID);
    expect(await findings(world)).toMatchObject([{ declared: "10.0.1.50, 10.0.1.60" }]);
    world.run.network.hiddenUses = [use(NIC)];
    await verifyClaims(world.run, `${SUBNET}/addresses/10.0.1.60`);
    expect(await findings(world)).toMatchObject([{ declared: IP }]);
  });

  test("also if the worker is faster than the proposal", async () => {
    const world = await disagreeing();
    await world.run.tables.proposals.transact("one", [
      { do: "remove", key: (await Array.fromAsync(world.run.tables.proposals.list("one")))[0]?.key ?? "" },
    ]);
    await verifyAll(world);
    expect(await findings(world)).toHaveLength(1);
  });

  test("the mark outlives a confirmation of the claim, and another admission", async () => {
    const world = await disagreeing();
    await verifyAll(world);
    const { sinceUtc } = (await problems(world))?.[0] ?? {};
    world.run.clock.advance(60);
    await world.create("one/web", { address: IP, ports: [81] }, "refused");
    expect(await problems(world)).toMatchObject([{ sinceUtc }]);
    await world.list("one");
    expect(await problems(world)).toContainEqual(expect.objectContaining({ sinceUtc }));
    await verifyClaims(world.run, ID);
    expect(await problems(world)).toContainEqual(expect.objectContaining({ sinceUtc }));
  });

  test.each(["proposed", "confirmed"])(
    "audits keep the finding of a %s claim, report it, and request its verification",
    async (state) => {
      const world = await disagreeing();
      if (state === "confirmed") await world.list("one");
      await verifyAll(world);
      const sent = asked(world).length;
      const {
        run: { id },
      } = await audit(world);
      expect(await findings(world)).toMatchObject([{ changed: { runId: id, what: "new" } }]);
      expect(asked(world)).toHaveLength(sent + 1);
      await verifyClaims(world.run, ID);
      expect(await findings(world)).toMatchObject([{ changed: { runId: id, what: "new" } }]);
      world.run.network.hiddenUses = [];
      await verifyClaims(world.run, ID);
      expect(await findings(world)).toMatchObject([{ resolvedAtUtc: world.run.clock.nowUtc }]);
      expect((await problems(world))?.every((one) => one === undefined)).toBe(true);
    },
  );

  test("an audit resolves it when a scan shows the frontend of the Service, and the next verification clears the mark", async () => {
    const world = await disagreeing();
    await verifyAll(world);
    await audit(world);
    world.run.network.hiddenUses = [];
    world.reconcile("one");
    await world.scan();
    await audit(world);
    expect(await findings(world)).toMatchObject([{ resolvedAtUtc: world.run.clock.nowUtc }]);
    await verifyClaims(world.run, ID);
    expect(await problems(world)).toEqual([undefined]);
  });

  test("it comes back as the same finding", async () => {
    const world = await disagreeing();
    await verifyAll(world);
    await audit(world);
    for (const hidden of [[], [use(NIC)]]) {
      world.run.network.hiddenUses = hidden;
      world.run.clock.advance(60);
      await verifyClaims(world.run, ID);
    }
    const [finding] = await findings(world);
    expect(finding && stateOf(finding, world.run.clock.nowUtc)).toBe("open");
    const {
      run: { id },
    } = await audit(world);
    expect(await findings(world)).toMatchObject([{ reopened: 1, changed: { runId: id, what: "reopened" } }]);
  });

  test("an audit resolves it after the Service is deleted", async () => {
    const world = await disagreeing();
    await verifyAll(world);
    await audit(world);
    world.living.clear();
    for (let round = 0; round < 3; round += 1) await world.settle();
    world.run.clock.advance(3600);
    await world.settle();
    await audit(world);
    expect(await findings(world)).toMatchObject([{ resolvedAtUtc: world.run.clock.nowUtc }]);
  });

  test("policy sets its severity", async () => {
    const world = await new ClaimWorld().start({ audit: { checks: { "address-unavailable": "off" } } });
    world.run.network.hiddenUses = [use(NIC)];
    await world.create("one/web", { address: IP });
    await verifyAll(world);
    expect(await findings(world)).toEqual([]);
    expect(await problems(world)).toHaveLength(1);
  });
});

describe("Azure does not answer", () => {
  test.each([
    ["403", new Refused("403")],
    ["429", new NotYet("429", 5)],
  ])("%s: the queue decides by the rules of its kind, and nothing is written", async (_what, error) => {
    const world = await disagreeing();
    for (const method of ["availability", "privateLinkServices", "frontendUses"]) {
      world.run.network.calls.failNext(error, { method });
      await expect(verifyClaims(world.run, ID)).rejects.toBe(error);
      world.run.network.calls.heal();
    }
    expect(await problems(world)).toEqual([undefined]);
    expect(await findings(world)).toEqual([]);
  });

  test("a network that does not exist fails the work, and is no finding", async () => {
    const world = await disagreeing();
    world.run.network.allSubnets = [];
    await expect(verifyClaims(world.run, ID)).rejects.toThrow(Refused);
  });
});

test("a message names an address of a subnet, or is invalid", () => {
  const v6 = claimWork({ subnetId: subnetId("six"), address: "fd00::5" }).id;
  expect(parseClaimWork(v6)).toEqual({
    subnetId: subnetId("six"),
    vnetId: subnetInAzure().vnetId,
    address: "fd00::5",
  });
  for (const id of ["all", SUBNET, `${SUBNET}/addresses/x`, `${SUBNET}/other/10.0.1.4`])
    expect(() => parseClaimWork(id)).toThrow(InvalidInput);
});
