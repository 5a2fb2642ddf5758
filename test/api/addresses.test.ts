import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyOf } from "../../api/key.ts";
import { AddressMap } from "../../api/model.ts";
import { formatAddress } from "../../shared/azure/prefix.ts";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { apiOver, apiWorld, putAddresses } from "../builders/api.ts";
import { plsIdIn, NOW, subnetId, subnetRow, VNET } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const mapOf = (name = "apps") => `GET /subnets/${keyOf(subnetId(name))}/addresses`;

async function withSubnet(some: Parameters<typeof subnetRow>[0]): Promise<MemoryRun> {
  const run = memoryRun();
  await run.tables.vnets.transact("all", [
    { do: "put", key: canonicalId(VNET), value: { id: VNET, scannedAtUtc: NOW } },
  ]);
  await run.tables.subnets.transact(canonicalId(VNET), [{ do: "put", key: "apps", value: subnetRow(some) }]);
  return run;
}

describe("the map of a subnet", () => {
  test("has holders and since when; an expired claim is free", async () => {
    const { body } = await apiOver(await apiWorld())(mapOf());
    expect(body.prefixes).toEqual([
      {
        prefix: "10.0.1.0/24",
        first: "10.0.1.0",
        size: 256,
        ranges: [
          { from: 0, to: 3, kind: "azure", why: expect.any(String) },
          { from: 255, to: 255, kind: "azure", why: expect.any(String) },
        ],
        taken: [
          [10, 0, 0, NOW],
          [20, 1, 1, NOW],
        ],
      },
    ]);
    expect(body.holders).toEqual([
      expect.objectContaining({ kind: "frontend", service: "one/shop/web", plsKey: keyOf(plsIdIn("pls")) }),
      { id: "one/shop/next", name: "next", kind: "frontend", service: "one/shop/next" },
    ]);
    expect(body.subnet.history.at(-1)).toEqual({ date: "2026-11-23", used: 4 });
    expect(body.subnet.forecast).toEqual({ perDay: 1, fullOn: "2027-07-28" });
  });

  test("shows what policy excludes, as far as it lies here", async () => {
    const run = await apiWorld();
    await applyPolicy(run, { excludedRanges: ["10.0.0.0/23", "10.9.0.0/16"] });
    const { body } = await apiOver(run)(mapOf());
    expect(body.prefixes[0].ranges[2]).toMatchObject({ from: 0, to: 255, kind: "excluded" });
  });

  test("of two prefixes, one of them IPv6", async () => {
    const run = await withSubnet({ prefixes: ["10.0.1.0/29", "fd00::/64"] });
    await putAddresses(run, [
      { address: "10.0.1.4", assignment: { holderId: plsIdIn("a"), seenAtUtc: NOW } },
      { address: "fd00::10", assignment: { holderId: plsIdIn("a"), seenAtUtc: NOW } },
      { address: "fd00::ffff:ffff:ffff:ffff", assignment: { holderId: plsIdIn("b"), seenAtUtc: NOW } },
    ]);
    const { body } = await apiOver(run)(mapOf());
    expect(body.prefixes.map(({ first, size, taken }: any) => [first, size, taken])).toEqual([
      ["10.0.1.0", 8, [[4, 0, 0, NOW]]],
      ["fd00::", Number.MAX_SAFE_INTEGER, [[16, 0, 0, NOW]]],
    ]);
    expect(AddressMap.parse(body)).toEqual(body);
  });

  test("comes with the number of uses whose addresses are unknown, which count as used", async () => {
    const run = await withSubnet({ usedAddresses: 40, unknownUses: 30 });
    expect((await apiOver(run)(mapOf())).body.subnet).toMatchObject({ used: 40, unknown: 30 });
    expect((await apiOver(await withSubnet({}))(mapOf())).body.subnet).toMatchObject({ unknown: 0 });
  });

  test("shows the node that has an address", async () => {
    const holderId = `/subscriptions/s/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/aks-pool-vmss/virtualMachines/0/networkInterfaces/aks-pool-vmss`;
    const run = await withSubnet({});
    await putAddresses(run, [{ address: "10.0.1.4", assignment: { holderId, seenAtUtc: NOW } }]);
    const { body } = await apiOver(run)(mapOf());
    expect(body.holders).toEqual([{ id: holderId, name: "aks-pool-vmss", kind: "interface" }]);
  });

  test("has every address of the rows, once, at its place, however many are read side by side", () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 65_535 }), { maxLength: 60 }),
        fc.constantFrom(0, 5000, 60_000, 1_000_000),
        async (offsets, usedAddresses) => {
          const run = await withSubnet({ prefixes: ["10.20.0.0/16"], usedAddresses });
          const at = (offset: number) =>
            formatAddress({ family: "IPv4", value: (10n << 24n) + (20n << 16n) + BigInt(offset) });
          await putAddresses(
            run,
            offsets.map((offset) => ({
              address: at(offset),
              assignment: { holderId: plsIdIn(`l${offset % 3}`), seenAtUtc: NOW },
            })),
          );
          const { body } = await apiOver(run)(mapOf());
          const [{ taken }] = body.prefixes;
          expect(taken.map(([offset]: any) => offset)).toEqual(offsets.toSorted((a, b) => a - b));
          for (const [offset, , holder] of taken) expect(body.holders[holder].name).toBe(`l${offset % 3}`);
        },
      ),
      { numRuns: 25 },
    ));

  test("of a /16 with sixty thousand taken is small on the way", async () => {
    const run = await withSubnet({ prefixes: ["10.20.0.0/16"], usedAddresses: 60_000 });
    const rows = Array.from({ length: 60_000 }, (_, n) => ({
      key: `4-${(0x0a140004 + n).toString(16).padStart(8, "0")}`,
      value: {
        address: `10.20.${(n + 4) >> 8}.${(n + 4) & 255}`,
        assignment: { holderId: plsIdIn(`l${n}`), seenAtUtc: NOW },
      },
    }));
    const partition = canonicalId(subnetId("apps"));
    for (let from = 0; from < rows.length; from += 100)
      await run.tables.addresses.transact(
        partition,
        rows.slice(from, from + 100).map((row) => ({ do: "put", ...row })),
      );
    const { body, headers } = await apiOver(run)(mapOf(), { headers: { "accept-encoding": "gzip" } });
    expect([body.prefixes[0].taken.length, body.holders.length, headers["content-encoding"]]).toEqual([
      60_000,
      60_000,
      "gzip",
    ]);
  });

  test("of a subnet that no scan saw is a 404", async () =>
    expect((await apiOver(await apiWorld())(mapOf("none"))).status).toBe(404));
});

describe("search", () => {
  test.each<[string, string, string[]]>([
    ["an address that is taken", "10.0.1.10", ["address 10.0.1.10", "service one/shop/web"]],
    ["an address that is free", "10.0.1.99", ["address 10.0.1.99"]],
    ["an address of nowhere", "192.0.2.1", []],
    [
      "how an address begins",
      "10.0.1.",
      [
        "address 10.0.1.10",
        "address 10.0.1.20",
        "address 10.0.1.30",
        "service one/shop/web",
        "subnet vnet/apps",
      ],
    ],
    ["a Service by its name", "web", ["service one/shop/web", "pls pls"]],
    ["in any case", "WEB", ["service one/shop/web", "pls pls"]],
    ["a subnet", "empty", ["subnet vnet/empty"]],
    ["a Private Link Service", "pls", ["pls pls"]],
    ["an orphan", "kubernetes-internal", ["resource kubernetes-internal"]],
    ["nothing", "nothing-like-it", []],
    ["what would be a pattern elsewhere", "(.*", []],
  ])("finds %s", async (_, q, expected) => {
    const { body } = await apiOver(await apiWorld())(`GET /search?q=${encodeURIComponent(q)}`);
    expect(body.items.map(({ kind, title }: any) => `${kind} ${title}`)).toEqual(expected);
  });

  test("leads to where it is shown", async () => {
    const { body } = await apiOver(await apiWorld())("GET /search?q=10.0.1.10");
    expect(body.items.map(({ href }: any) => href)).toEqual([
      `#/subnets/${keyOf(subnetId("apps"))}?address=10.0.1.10`,
      `#/pls/${keyOf(plsIdIn("pls"))}`,
    ]);
  });

  test("does not call Azure", async () => {
    const run = await apiWorld();
    const before = run.network.calls.calls.length;
    await apiOver(run)("GET /search?q=10.");
    expect(run.network.calls.calls.length).toBe(before);
  });
});
