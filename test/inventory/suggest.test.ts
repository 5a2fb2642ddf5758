import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { formatAddress, parseAddress } from "../../shared/azure/prefix.ts";
import { fullRanges } from "../../shared/inventory/fullRanges.ts";
import type { AddressRow, SubnetRow } from "../../shared/inventory/model.ts";
import { suggestFree } from "../../shared/inventory/suggest.ts";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import { subnetRow } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

async function subnetWith(
  prefixes: string[],
  taken: string[],
  scanned = taken,
): Promise<[MemoryRun, SubnetRow]> {
  const run = memoryRun();
  const subnet = subnetRow({ prefixes, fullRanges: fullRanges(prefixes, scanned) });
  for (let n = 0; n < taken.length; n += 100)
    await run.tables.addresses.transact(
      canonicalId(subnet.id),
      taken
        .slice(n, n + 100)
        .map((address) => ({ do: "put", key: addressKey(address), value: { address } as AddressRow })),
    );
  return [run, subnet];
}
const text = (n: number, base = "10.0.0.0") =>
  formatAddress({ family: "IPv4", value: (parseAddress(base)?.value ?? 0n) + BigInt(n) });
const near = async (
  wanted: string,
  { prefixes = ["10.0.1.0/24"], taken = [] as string[], excluded = [] as string[] } = {},
) => {
  const [run, subnet] = await subnetWith(prefixes, taken);
  return suggestFree(run, subnet, wanted, excluded);
};

describe("free addresses near the requested one", () => {
  test.each([
    [
      "both sides, nearest first, the lower first of two",
      near("10.0.1.50"),
      ["10.0.1.49", "10.0.1.51", "10.0.1.48"],
    ],
    [
      "taken ones are skipped",
      near("10.0.1.50", { taken: ["10.0.1.49", "10.0.1.51"] }),
      ["10.0.1.48", "10.0.1.52", "10.0.1.47"],
    ],
    ["Azure's own are never offered", near("10.0.1.4"), ["10.0.1.5", "10.0.1.6", "10.0.1.7"]],
    ["nor is the last one", near("10.0.1.254"), ["10.0.1.253", "10.0.1.252", "10.0.1.251"]],
    [
      "nor what policy excludes",
      near("10.0.1.50", { excluded: ["10.0.1.0/26"] }),
      ["10.0.1.64", "10.0.1.65", "10.0.1.66"],
    ],
    [
      "another prefix of the subnet counts as near",
      near("10.0.1.252", { taken: ["10.0.1.253", "10.0.1.254"], prefixes: ["10.0.1.248/29", "10.0.2.0/29"] }),
      ["10.0.2.4", "10.0.2.5", "10.0.2.6"],
    ],
    ["IPv6 likewise", near("fd00::50", { prefixes: ["fd00::/64"] }), ["fd00::4f", "fd00::51", "fd00::4e"]],
  ])("%s", async (_, actual, addresses) => expect(await actual).toEqual({ addresses, isFull: false }));

  test("a full subnet is reported as full", async () => {
    const taken = Array.from({ length: 11 }, (_, n) => text(n + 4));
    expect(await near("10.0.0.9", { prefixes: ["10.0.0.0/28"], taken })).toEqual({
      addresses: [],
      isFull: true,
    });
  });
});

test("what is offered is free, usable, and no free address is nearer", async () => {
  const host = fc.integer({ min: 4, max: 1022 });
  const some = fc.array(fc.tuple(host, fc.integer({ min: 1, max: 400 })), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(host, some, fc.boolean(), async (wanted, blocks, isScanned) => {
      const numbers = new Set(
        blocks.flatMap(([first, length]) => Array.from({ length }, (_, n) => first + n)),
      );
      const taken = [...numbers].filter((n) => n <= 1022).map((n) => text(n));
      const [run, subnet] = await subnetWith(["10.0.0.0/22"], taken, isScanned ? taken : []);
      const { addresses, isFull } = await suggestFree(run, subnet, text(wanted), []);
      const free = Array.from({ length: 1019 }, (_, n) => n + 4).filter(
        (n) => n !== wanted && !numbers.has(n),
      );
      const nearest = free.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b).slice(0, 3);
      expect(addresses).toEqual(nearest.map((n) => text(n)));
      expect(isFull).toBe(nearest.length === 0);
    }),
    { numRuns: 60 },
  );
});

describe("in a /16 with 60,000 addresses taken it takes fewer than ten reads", () => {
  const hosts = Array.from({ length: 65_531 }, (_, n) => n + 4);
  const random = () => {
    const shuffled = fc.sample(fc.shuffledSubarray(hosts, { minLength: 60_000, maxLength: 60_000 }), {
      numRuns: 1,
      seed: 11,
    });
    return shuffled[0] ?? [];
  };
  test.each<[string, () => number[]]>([
    ["all in a row", () => hosts.slice(0, 60_000)],
    ["all but every twelfth", () => hosts.filter((n) => n % 12 !== 0)],
    ["anywhere", random],
    ["around the middle", () => hosts.slice(2700, 62_700)],
  ])("%s", async (_, choose) => {
    const taken = choose().map((n) => text(n));
    const [run, subnet] = await subnetWith(["10.0.0.0/16"], taken);
    for (const wanted of ["10.0.0.5", "10.0.128.0", "10.0.200.7"]) {
      const before = run.tables.addresses.calls.count("list");
      const { addresses } = await suggestFree(run, subnet, wanted, []);
      expect(addresses).toHaveLength(3);
      expect(run.tables.addresses.calls.count("list") - before).toBeLessThan(10);
    }
  });
});

test("full ranges are those without a gap, from 128 addresses on", () => {
  const taken = Array.from({ length: 500 }, (_, n) => text(n + 4)).filter(
    (one) => one !== text(140) && one !== text(200),
  );
  expect(fullRanges(["10.0.0.0/22"], taken)).toEqual([
    `${text(201)}-${text(503)}`,
    `${text(4)}-${text(139)}`,
  ]);
});
