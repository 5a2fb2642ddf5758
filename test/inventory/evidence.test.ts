/** Which addresses a scan learns, and what it takes until one is free again: lists of ARM are filtered, cut short and late. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { admit } from "../../shared/admission/admit.ts";
import { AdmissionReview } from "../../shared/admission/review.ts";
import { NotYet, Refused } from "../../shared/core/errors.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import type { AddressUse } from "../../shared/azure/networkModel.ts";
import { cluster, frontend, pls, PARTNER, subnetId, subnetInAzure, UID, VNET } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const SUBNET = subnetId("apps");
const scaleSet = (name = "aks-pool-vmss", subscription = SUBSCRIPTION) =>
  `/subscriptions/${subscription}/resourceGroups/MC_one/providers/Microsoft.Compute/virtualMachineScaleSets/${name}`;
const nodeNic = (node: number, set = scaleSet()) =>
  `${set}/virtualMachines/${node}/networkInterfaces/aks-pool-vmss`;
const use = (address: string, holderId: string): AddressUse => ({ address, subnetId: SUBNET, holderId });
/** A node with its own address and those of its pods. */
const node = (number: number, set = scaleSet()) =>
  Array.from({ length: 30 }, (_, n) => use(`10.0.1.${10 + number * 30 + n}`, nodeNic(number, set)));
const VM = VNET.replace("virtualNetworks/vnet", "networkInterfaces/vm");
const LISTS = ["subnets", "interfaceUses", "frontendUses", "gatewayUses", "privateLinkServices"] as const;

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun({ subscriptions: [SUBSCRIPTION, PARTNER] });
  run.network.allSubnets = [subnetInAzure()];
});

const scan = (seconds = 60) => {
  run.clock.advance(seconds);
  return scanInventory(run);
};
const addresses = () => run.tables.addresses.all().map(({ address }) => address);
const subnet = () => run.tables.subnets.all()[0];

const OTHER = { ...cluster(), name: "other", nodeResourceGroup: "MC_other" };
const ask = async (address: string, asking = cluster()) => {
  const annotations = {
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/azure-load-balancer-ipv4": address,
  };
  const object = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "onnodes", namespace: "shop", uid: UID, annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 443, protocol: "TCP" }] },
  };
  const request = {
    uid: "review-1",
    kind: { group: "", version: "v1", kind: "Service" },
    namespace: "shop",
    name: "onnodes",
    operation: "CREATE",
    object,
    oldObject: null,
    dryRun: true,
  };
  const review = AdmissionReview.parse({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request,
  });
  return admit(run, asking, review);
};

describe("nodes and pods of uniform scale sets", () => {
  test("are in the inventory, and their addresses are refused", async () => {
    run.network.uses = [...node(0), ...node(1)];
    await scan();
    expect(subnet()).toMatchObject({ usedAddresses: 60, unknownUses: 0 });
    const { allowed, status } = await ask("10.0.1.10");
    expect([allowed, status?.message]).toEqual([false, expect.stringContaining("[address-in-use]")]);
  });

  test("cost one read for each scale set, however many machines it has", async () => {
    run.network.uses = [...node(0), ...node(1), ...node(2, scaleSet("other"))];
    await scan();
    const reads = run.network.calls.calls.filter(([method]) => method === "scaleSetUses");
    expect(reads.map(([, id]) => String(id)).toSorted()).toEqual([
      scaleSet().toLowerCase(),
      scaleSet("other").toLowerCase(),
    ]);
  });

  test("of a scale set in a subscription that is not watched are counted, and it is not read", async () => {
    run.network.hiddenUses = node(0, scaleSet("foreign", "33333333-3333-3333-3333-333333333333"));
    await scan();
    expect(subnet()).toMatchObject({ usedAddresses: 30, unknownUses: 30 });
    expect(run.network.calls.count("scaleSetUses")).toBe(0);
  });

  test("ask for the second read themselves, also if another list failed", async () => {
    run.network.uses = node(0);
    await scan();
    run.network.uses = [];
    let requests = 0;
    const request = async () => (requests += 1);
    run.network.calls.failNext(new Refused("forbidden"), { method: "privateLinkServices" });
    run.clock.advance(60);
    await expect(scanInventory(run, request)).rejects.toThrow("forbidden");
    run.clock.advance(60);
    await scanInventory(run, request);
    expect([requests, addresses()]).toEqual([1, []]);
  });

  test("are free after two reads once their scale set was deleted", async () => {
    run.network.uses = [...node(0), use("10.0.1.9", VM)];
    await scan();
    run.network.uses = [use("10.0.1.9", VM)];
    expect(await scan()).toMatchObject({ missed: 30 });
    expect(addresses()).toHaveLength(31);
    expect(await scan()).toMatchObject({ missed: 0 });
    expect(addresses()).toEqual(["10.0.1.9"]);
  });
});

describe("a list that lacks what exists", () => {
  beforeEach(async () => {
    run.network.uses = [use("10.0.1.50", frontend().id), use("10.0.1.51", VM), ...node(0)];
    run.network.allPrivateLinkServices = [pls()];
    await scan();
  });

  /** Filtered by permissions: it answers 200, and is empty. */
  const filter = (list: (typeof LISTS)[number]) => {
    const { network } = run;
    const original = network[list].bind(network);
    Object.assign(network, {
      [list]: list === "subnets" || list === "privateLinkServices" ? async () => [] : async function* () {},
    });
    return () => Object.assign(network, { [list]: original });
  };

  test.each(LISTS)("%s, empty once: nothing is released, forgotten or allowed", async (list) => {
    const before = [addresses(), run.tables.privateLinkServices.all(), run.tables.subnets.all().length];
    const restore = filter(list);
    await scan();
    restore();
    await scan();
    expect([addresses(), run.tables.privateLinkServices.all(), run.tables.subnets.all().length]).toEqual(
      before,
    );
    for (const address of ["10.0.1.50", "10.0.1.51", "10.0.1.20"])
      expect((await ask(address, OTHER)).allowed).toBe(false);
  });

  test("all of them, empty for ever: what the subnet counts is kept", async () => {
    for (const list of LISTS) filter(list);
    const before = addresses();
    for (let n = 0; n < 4; n += 1) await scan();
    expect(addresses()).toEqual(before);
    expect(subnet()).toMatchObject({ usedAddresses: 32, unknownUses: 0 });
    expect((await ask("10.0.1.50", OTHER)).allowed).toBe(false);
  });

  test("addresses that were never seen are counted as used by something unknown", async () => {
    run.network.hiddenUses = [use("10.0.1.99", `${VM}-2`)];
    await scan();
    expect(subnet()).toMatchObject({ usedAddresses: 33, unknownUses: 1 });
  });

  test("a mark of a first read is taken back when the use is seen again", async () => {
    const { uses } = run.network;
    run.network.uses = uses.slice(1);
    expect(await scan()).toMatchObject({ missed: 1 });
    run.network.uses = uses;
    expect(await scan()).toMatchObject({ missed: 0 });
    run.network.uses = uses.slice(1);
    expect(await scan()).toMatchObject({ missed: 1 });
    expect(addresses()).toContain("10.0.1.50");
  });

  test("two reads at once are one", async () => {
    run.network.uses = [];
    await scan();
    await scan(1);
    expect(addresses()).toHaveLength(32);
    await scan(10);
    expect(addresses()).toEqual([]);
  });
});

describe("a list that fails", () => {
  const methods = [...LISTS, "scaleSetUses"] as const;

  test.each(methods)("%s: everything else is written, and the failure is thrown", async (method) => {
    run.network.uses = [use("10.0.1.50", frontend().id), use("10.0.1.51", VM), ...node(0)];
    run.network.allPrivateLinkServices = [pls()];
    await scan();
    const here = addresses();
    run.network.uses = [use("10.0.1.60", frontend().id), use("10.0.1.61", VM), ...node(0), ...node(2)];
    for (let n = 0; n < 3; n += 1) {
      run.network.calls.failNext(new Refused(`${method} is forbidden`), { method });
      await expect(scan()).rejects.toThrow(`${method} is forbidden`);
    }
    // What was there is there still, if its own list failed; what is new and was read is there.
    const wanted = { interfaceUses: "10.0.1.51", frontendUses: "10.0.1.50" }[method as string];
    if (wanted !== undefined) expect(addresses()).toContain(wanted);
    if (method !== "frontendUses") expect(addresses()).toContain("10.0.1.60");
    if (method !== "interfaceUses") expect(addresses()).toContain("10.0.1.61");
    if (method === "scaleSetUses") expect(addresses()).toEqual(expect.arrayContaining(here.slice(2)));
    else expect(addresses()).toContain("10.0.1.70");
  });

  test("one subscription that cannot be read stops no other", async () => {
    const foreign = VM.replace(SUBSCRIPTION, PARTNER);
    run.network.uses = [use("10.0.1.50", frontend().id)];
    const original = run.network.interfaceUses.bind(run.network);
    run.network.interfaceUses = async function* (subscription) {
      if (subscription === PARTNER) throw new NotYet("throttled", 10);
      yield* original(subscription);
    };
    run.network.hiddenUses = [use("10.0.1.70", foreign)];
    await expect(scan()).rejects.toThrow("throttled");
    expect(addresses()).toEqual(["10.0.1.50"]);
    expect(subnet()).toMatchObject({ usedAddresses: 2, unknownUses: 1 });
    // Its age is that of the last complete scan.
    const { scannedAtUtc } = subnet() ?? {};
    await expect(scan()).rejects.toThrow("throttled");
    expect(subnet()?.scannedAtUtc).toBe(scannedAtUtc);
  });
});

test("of several failures that pass the one that takes longest is thrown: the queue tries again then", async () => {
  run.network.calls.failNext(new NotYet("busy", 5), { method: "interfaceUses" });
  run.network.calls.failNext(new NotYet("throttled", 10), { method: "privateLinkServices" });
  await expect(scan()).rejects.toMatchObject({ name: "NotYet", retryAfterSeconds: 10 });
});

test("of several failures of which one does not pass each is named: the host tries again, and counts a failure", async () => {
  run.network.calls.failNext(new Refused("forbidden"), { method: "interfaceUses" });
  run.network.calls.failNext(new NotYet("throttled", 10), { method: "privateLinkServices" });
  await expect(scan()).rejects.toMatchObject({
    name: "Incomplete",
    message: expect.stringMatching(/forbidden; throttled|throttled; forbidden/),
  });
});

describe("a network", () => {
  beforeEach(() => scan());

  test("that no list has is read by its id, and scanned", async () => {
    run.network.subnets = async () => [];
    run.network.uses = [use("10.0.1.50", frontend().id)];
    await scan();
    expect(addresses()).toEqual(["10.0.1.50"]);
    expect(run.tables.vnets.all()).toHaveLength(1);
  });

  test("is kept while a read by its id fails, and its addresses are added all the same", async () => {
    run.network.subnets = async () => [];
    run.network.subnetsOf = async () => {
      throw new Refused("forbidden");
    };
    run.network.uses = [use("10.0.1.50", frontend().id)];
    await expect(scan()).rejects.toThrow("forbidden");
    expect([run.tables.vnets.all().length, run.tables.subnets.all().length]).toEqual([1, 1]);
    expect(addresses()).toEqual(["10.0.1.50"]);
  });

  test("is forgotten on a 404 by its id", async () => {
    run.network.allSubnets = [];
    await scan();
    expect([run.tables.vnets.all().length, run.tables.subnets.all().length]).toEqual([0, 0]);
  });
});

const LAST = ["10", "11", "12", "13"] as const;

test("no holder that was seen loses an address that it has, whatever lists show", async () => {
  const holders = [frontend().id, VM, nodeNic(0), nodeNic(1)];
  const step = fc.record({
    /** By the last number of the address: who has it in Azure. */
    held: fc.dictionary(fc.constantFrom(...LAST), fc.nat(holders.length - 1)),
    /** Numbers that the lists do not show. */
    hidden: fc.uniqueArray(fc.constantFrom(...LAST)),
    failing: fc.option(fc.constantFrom(...LISTS, "scaleSetUses"), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      run = memoryRun();
      run.network.allSubnets = [subnetInAzure()];
      const seen = new Map<string, string>();
      for (const { held, hidden, failing } of steps) {
        const all = Object.entries(held).map(([last, n]) => use(`10.0.1.${last}`, holders[n] ?? ""));
        const isHidden = ({ address }: AddressUse) => hidden.some((last) => address.endsWith(`.${last}`));
        run.network.uses = all.filter((one) => !isHidden(one));
        run.network.hiddenUses = all.filter(isHidden);
        if (failing) run.network.calls.failNext(new Refused("no"), { method: failing });
        await scan().catch(() => 0);
        run.network.calls.heal();
        const recorded = new Map(
          run.tables.addresses.all().map(({ address, assignment }) => [address, assignment?.holderId]),
        );
        const [row] = run.tables.subnets.all();
        if (row && !failing) expect(row.usedAddresses).toBeGreaterThanOrEqual(all.length);
        for (const { address, holderId } of all)
          if (seen.get(address) === holderId) expect(recorded.get(address)).toBe(holderId);
        seen.clear();
        for (const { address, holderId } of all)
          if (recorded.get(address) === holderId) seen.set(address, holderId);
      }
    }),
  );
});
