import { claim, proposedClaim } from "../builders/claims.ts";
import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { addressPlace } from "../../shared/inventory/places.ts";
import { listUsage, recordUsage } from "../../shared/audit/usage.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { LEASE_SECONDS } from "../../shared/ports/leases.ts";
import type { AddressUse } from "../../shared/azure/networkModel.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import {
  balancerId,
  connection,
  frontend,
  pls,
  NOW,
  subnetId,
  subnetInAzure,
  UID,
  VNET,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const SUBNET = subnetId("apps");
const subnet = subnetInAzure();
const VM = VNET.replace("virtualNetworks/vnet", "networkInterfaces/vm");
const use = (address: string, holderId = frontend().id): AddressUse => ({
  address,
  subnetId: SUBNET.toUpperCase(),
  holderId,
});
const TCP_80 = { protocol: "TCP", port: 80 };
const WANT = { ...addressPlace(SUBNET, "10.0.1.10"), ports: [TCP_80], mayShare: () => false };
const claimOf = (name: string, uid = UID) => ({
  owner: { cluster: "one", namespace: "shop", name, uid },
  expiresAtUtc: "2026-11-23T13:00:00.000Z",
  wants: [WANT],
});

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
  run.network.allSubnets = [subnet];
});

const rows = () => run.tables.addresses.all();
const scanAfter = async (uses: ReturnType<typeof use>[], seconds = 60) => {
  run.network.uses = uses;
  run.clock.advance(seconds);
  return scanInventory(run);
};

test("a scan that another one has overtaken does not revert its changes", async () => {
  const subnets = run.network.subnets.bind(run.network);
  run.network.subnets = async (subscription) => {
    run.network.subnets = subnets;
    // What the first scan reads of addresses is read by now, and old.
    await setImmediate();
    run.clock.advance(LEASE_SECONDS + 1);
    run.network.uses = [use("10.0.1.10")];
    await scanInventory(run);
    return subnets(subscription);
  };
  await expect(scanInventory(run)).rejects.toThrow(NotYet);
  expect(rows().map(({ address }) => address)).toEqual(["10.0.1.10"]);
});

describe("virtual networks", () => {
  const other = {
    ...subnet,
    id: subnet.id.replace("vnet/", "other/"),
    vnetId: VNET.replace(/vnet$/, "other"),
  };
  const known = () => run.tables.vnets.all().map(({ id, scannedAtUtc }) => [id, scannedAtUtc]);

  test("are recorded by a scan, with its time, and removed when they do not exist", async () => {
    run.network.allSubnets = [subnet, other];
    await scanAfter([], 0);
    expect(known()).toEqual([
      [VNET, NOW],
      [other.vnetId, NOW],
    ]);
    run.network.allSubnets = [other];
    await scanAfter([], 60);
    expect(known()).toEqual([[other.vnetId, "2026-11-23T12:01:00.000Z"]]);
  });

  test("take all that was kept of them along, and what belongs to others stays", async () => {
    run.network.allSubnets = [subnet, other];
    await scanAfter([use("10.0.1.10"), { ...use("10.0.1.11"), subnetId: other.id }], 0);
    for (const subnetId of [subnet.id, other.id]) await recordUsage(run, { subnetId, used: 1, usable: 251 });
    run.network.allSubnets = [subnet];
    await scanAfter([use("10.0.1.10")]);
    expect(run.tables.subnets.all().map(({ id }) => id)).toEqual([subnet.id]);
    expect(await listUsage(run, other.id)).toEqual([]);
    expect(await listUsage(run, subnet.id)).toHaveLength(1);
    expect(rows().map(({ address }) => address)).toEqual(["10.0.1.10"]);
  });

  test("stay as they are if a scan cannot read everything", async () => {
    await scanAfter([], 0);
    run.network.allSubnets = [];
    run.network.calls.failNext(new Error("throttled"), { method: "interfaceUses" });
    run.network.calls.failNext(new Error("throttled"), { method: "subnetsOf" });
    await expect(scanAfter([])).rejects.toThrow("throttled");
    expect(known()).toEqual([[VNET, NOW]]);
  });
});

describe("a complete scan", () => {
  test("records every used address and its holder, and counts the subnet", async () => {
    expect(await scanAfter([use("10.0.1.10"), use("10.0.1.9", VM)], 0)).toEqual({
      subnets: 1,
      addresses: 2,
      written: 2,
      missed: 0,
    });
    expect(rows()).toEqual(
      expect.arrayContaining([
        { address: "10.0.1.10", assignment: { holderId: frontend().id, seenAtUtc: NOW } },
        { address: "10.0.1.9", assignment: { holderId: VM, seenAtUtc: NOW } },
      ] satisfies AddressRow[]),
    );
    expect(run.tables.subnets.all()).toEqual([
      {
        ...subnet,
        usableAddresses: 251,
        usedAddresses: 2,
        unknownUses: 0,
        heldBy: expect.any(Object),
        fullRanges: [],
        digests: expect.any(Object),
        scannedAtUtc: NOW,
      },
    ]);
  });

  test("records the subnets of a network together: admission never reads a part of them", async () => {
    run.network.allSubnets = ["a", "b", "c"].map((name) => ({ ...subnet, id: subnetId(name), name }));
    await scanInventory(run);
    const told = run.tables.subnets.calls.calls.flatMap(([method, , writes]) =>
      method === "transact" ? [(writes as { key: string }[]).map(({ key }) => key)] : [],
    );
    expect(told).toEqual([["a", "b", "c"]]);
  });

  test("writes only differences", async () => {
    await scanAfter([use("10.0.1.10"), use("10.0.1.11")]);
    expect((await scanAfter([use("10.0.1.10"), use("10.0.1.11")])).written).toBe(0);
    expect((await scanAfter([use("10.0.1.10"), use("10.0.1.11", `${VM}-2`)])).written).toBe(1);
  });

  test("releases what Azure released, after a second scan", async () => {
    await scanAfter([use("10.0.1.10")]);
    expect(await scanAfter([])).toMatchObject({ missed: 1 });
    await scanAfter([]);
    expect(rows()).toEqual([]);
  });

  test("never overwrites a live claim", async () => {
    await claim(run, claimOf("web"));
    await scanAfter([]);
    expect(rows()).toMatchObject([{ claims: [{ owner: { name: "web" } }] }]);
  });

  test("confirms a claim once its owner's frontend is there", async () => {
    await claim(run, claimOf("web"));
    await scanAfter([use("10.0.1.10", frontend({ name: baseName(UID) }).id)]);
    expect(rows()).toMatchObject([
      { assignment: { holderId: frontend().id }, claims: [{ state: "confirmed", sequence: 0 }] },
    ]);
  });

  test("keeps it when another holder got the address, so that both are recorded", async () => {
    await claim(run, claimOf("web"));
    await scanAfter([use("10.0.1.10", VM)]);
    expect(rows()).toMatchObject([{ assignment: { holderId: VM }, claims: [{ owner: { name: "web" } }] }]);
  });

  test("drops an expired claim that led to nothing", async () => {
    await claim(run, claimOf("web"));
    await scanAfter([], 3601);
    expect(rows()).toEqual([]);
  });

  test("removes a subnet that no longer exists in its network", async () => {
    run.network.allSubnets = [subnet, { ...subnet, id: subnetId("old"), name: "old" }];
    await scanAfter([]);
    run.network.allSubnets = [subnet];
    await scanAfter([]);
    expect(run.tables.subnets.all().map(({ name }) => name)).toEqual(["apps"]);
  });

  test("keeps claims in a deleted subnet: it may be created again before they expire", async () => {
    await scanAfter([use("10.0.1.10"), use("10.0.1.11")]);
    await claim(run, { ...claimOf("web"), wants: [{ ...WANT, ...addressPlace(SUBNET, "10.0.1.12") }] });
    run.network.allSubnets = [];
    await scanAfter([]);
    expect(run.tables.subnets.all()).toEqual([]);
    expect(rows()).toMatchObject([{ address: "10.0.1.12", claims: [{ owner: { name: "web" } }] }]);
  });

  test("keeps what is promised in a subnet while it is being forgotten", async () => {
    await scanAfter([use("10.0.1.10", VM)]);
    run.network.allSubnets = [];
    const list = run.tables.addresses.list.bind(run.tables.addresses);
    run.tables.addresses.list = async function* (partition, range) {
      yield* await Array.fromAsync(list(partition, range));
      run.tables.addresses.list = list;
      const wants = [{ ...WANT, mayShare: () => true }];
      expect(await claim(run, { ...claimOf("web"), wants })).toEqual([]);
    };
    await scanAfter([]);
    expect(rows()).toMatchObject([{ claims: [{ owner: { name: "web" } }] }]);
  });
});

test("a scan that cannot read everything releases nothing, and the next two can", async () => {
  await scanAfter([use("10.0.1.10")]);
  run.network.calls.failNext(new Error("throttled"), { method: "interfaceUses" });
  await expect(scanAfter([])).rejects.toThrow("throttled");
  expect(await run.tables.addresses.get(SUBNET.toLowerCase(), addressKey("10.0.1.10"))).toBeDefined();
  await scanAfter([]);
  await scanAfter([]);
  expect(rows()).toEqual([]);
});

test("a claim made while the scan was reading is not lost", async () => {
  await scanAfter([use("10.0.1.10")]);
  const list = run.tables.addresses.list.bind(run.tables.addresses);
  run.tables.addresses.list = async function* (partition, range) {
    yield* await Array.fromAsync(list(partition, range));
    const row = await run.tables.addresses.get(partition, addressKey("10.0.1.10"));
    if (row)
      await run.tables.addresses.transact(partition, [
        {
          do: "replace",
          key: row.key,
          version: row.version,
          value: {
            ...row.value,
            claims: [proposedClaim({ expiresAtUtc: "2026-11-23T14:00:00.000Z", ports: [] })],
          },
        },
      ]);
  };
  await scanAfter([]);
  expect(rows()).toMatchObject([{ claims: [{ owner: { name: "web" } }] }]);
});

describe("pls", () => {
  const row = () => run.tables.privateLinkServices.all()[0];

  test("are recorded with their owner, the addresses of their frontends, and their consumers", async () => {
    run.network.allPrivateLinkServices = [pls({ connections: [connection()] })];
    await scanAfter([use("10.0.1.10")]);
    expect(row()).toMatchObject({
      name: "pls",
      owner: "shop/web",
      frontendAddresses: ["10.0.1.10"],
      consumers: [{ status: "Approved", subscription: SUBSCRIPTION }],
    });
  });

  test("are written only when something changed, and removed when they do not exist", async () => {
    run.network.allPrivateLinkServices = [pls()];
    await scanAfter([]);
    const writes = run.tables.privateLinkServices.calls.count("transact");
    await scanAfter([]);
    expect(run.tables.privateLinkServices.calls.count("transact")).toBe(writes);
    run.network.allPrivateLinkServices = [];
    await scanAfter([]);
    expect(row()).toBeUndefined();
  });
});

test("a claim of a shared frontend is confirmed once Azure shows the owner's own rules", async () => {
  await claim(run, claimOf("web"));
  const shared = { ...use("10.0.1.10"), holderId: `${balancerId()}/frontendIPConfigurations/aother` };
  await scanAfter([{ ...shared, uses: [{ rule: "aother-TCP-443", protocol: "Tcp", port: 443 }] }]);
  expect(rows()[0]?.claims).toMatchObject([{ state: "proposed" }]);
  const own = { rule: `${baseName(UID)}-TCP-80`, protocol: "Tcp", port: 80 };
  await scanAfter([{ ...shared, uses: [own] }]);
  expect(rows()[0]?.claims).toMatchObject([{ state: "confirmed" }]);
  expect(rows()[0]?.assignment?.uses).toEqual([own]);
});
