import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import {
  contains,
  formatAddress,
  isAzureReserved,
  parseAddress,
  parsePrefix,
  type Address,
  type Prefix,
} from "../../shared/azure/prefix.ts";
import { usableAddresses } from "../../shared/azure/addressRange.ts";

const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join("."));

describe("an address is read strictly", () => {
  test.each([
    ["10.0.0.5", true, "dotted decimal"],
    ["fd00::5", true, "IPv6"],
    ["010.0.0.5", false, "an octet with a leading zero is octal to some"],
    ["10.5", false, "short forms are read differently"],
    ["256.1.1.1", false, "no octet is that large"],
    [" 10.0.0.5", false, "spaces stay part of the value"],
    ["10.0.0.5/24", false, "a prefix is no address"],
    ["fe80::1%eth0", false, "a zone means nothing in Azure"],
    ["", false, "nothing"],
    ["ten", false, "a word"],
    ["0x0a.0.0.1", false, "hexadecimal octets"],
  ])("%s → %s: %s", (text, isAddress) => expect(parseAddress(text) !== undefined).toBe(isAddress));
});

describe("a prefix", () => {
  const prefix = parsePrefix("10.0.1.0/24") as Prefix;
  const at = (text: string) => parseAddress(text) as Address;

  test.each([
    ["10.0.1.0", true],
    ["10.0.1.3", true],
    ["10.0.1.4", false],
    ["10.0.1.254", false],
    ["10.0.1.255", true],
    ["10.0.2.0", false],
  ])("Azure keeps %s: %s", (text, reserved) => expect(isAzureReserved(prefix, at(text))).toBe(reserved));

  test.each([["10.0.0.0/33"], ["10.0.0.0"], ["10.0.0.0/24/2"], ["10.0.0/24"], ["nonsense"]])(
    "%s is none",
    (text) => expect(parsePrefix(text)).toBeUndefined(),
  );

  test("usable addresses leave out five of every prefix, however small", () => {
    expect(usableAddresses(["10.0.1.0/24", "10.0.2.0/28"])).toBe(251 + 11);
    expect(usableAddresses(["10.0.0.0/30"])).toBe(0);
    expect(usableAddresses(["fd00::/64"])).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("an IPv6 address is never in an IPv4 prefix", () =>
    expect(contains(prefix, at("::a00:105"))).toBe(false));
});

test("every address survives being read and written", () => {
  fc.assert(
    fc.property(ipv4, (text) => {
      expect(formatAddress(parseAddress(text) as Address)).toBe(text);
    }),
  );
});

test("key order is numeric order", () => {
  fc.assert(
    fc.property(ipv4, ipv4, (a, b) => {
      const [first, second] = [parseAddress(a) as Address, parseAddress(b) as Address];
      expect(addressKey(a) < addressKey(b)).toBe(first.value < second.value);
    }),
  );
});
