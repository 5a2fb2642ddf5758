import fc from "fast-check";
import { expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { AddressUses } from "../../shared/inventory/addressUses.ts";
import type { AddressUse } from "../../shared/azure/networkModel.ts";
import { subnetId } from "../builders/world.ts";

const use = fc.record(
  {
    address: fc.oneof(
      fc.ipV4(),
      fc.constantFrom("10.0.0.1", "10.0.0.2", "255.255.255.255", "0.0.0.0"),
      fc.ipV6(),
    ),
    subnetId: fc.constant(subnetId("apps")),
    holderId: fc.constantFrom("/a", "/b", "/c"),
    interfaceId: fc.constantFrom("/i", "/j"),
    uses: fc.constantFrom([{ rule: "r", protocol: "Tcp", port: 80 }]),
  },
  { requiredKeys: ["address", "subnetId", "holderId"] },
);

test("uses of a subnet are a map by address key", () => {
  fc.assert(
    fc.property(fc.array(use), fc.ipV4(), (all, other) => {
      const [uses, expected] = [new AddressUses(subnetId("apps")), new Map<string, AddressUse>()];
      for (const one of all) {
        uses.add(one);
        expected.set(addressKey(one.address), one);
      }
      const sorted = (entries: Iterable<[string, AddressUse]>) =>
        [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect(sorted(uses)).toEqual(sorted(expected));
      expect([uses.size, [...uses.keys()].length, [...uses.values()].length]).toEqual(
        Array(3).fill(expected.size),
      );
      for (const key of [...expected.keys(), addressKey(other)])
        expect([uses.has(key), uses.get(key)]).toEqual([expected.has(key), expected.get(key)]);
      const called: string[] = [];
      uses.forEach((_, key) => called.push(key));
      expect(called).toEqual([...uses.keys()]);
    }),
  );
});
