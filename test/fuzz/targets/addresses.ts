import { addressKey, addressOf } from "../../../shared/azure/addressKey.ts";
import { contains, formatAddress, parseAddress, parsePrefix } from "../../../shared/azure/prefix.ts";
import {
  formatRange,
  parseRange,
  usableAddresses,
  usableRanges,
  without,
} from "../../../shared/azure/addressRange.ts";
import { hold, type Target } from "../target.ts";

export const addresses: readonly Target[] = [
  {
    name: "address",
    seeds: ["10.0.1.10", "255.255.255.255", "fd00::1", "2001:db8:0:0:1:0:0:1", "::ffff:10.0.0.1", "::"],
    check(text) {
      const address = parseAddress(text);
      if (!address) return;
      const shown = formatAddress(address);
      hold(parseAddress(shown)?.value === address.value, `${shown} reads as ${text}`);
      hold(addressOf(addressKey(text)) === shown, `the key of ${text} is that of ${shown}`);
    },
  },
  {
    name: "prefix",
    seeds: ["10.0.0.0/8", "10.0.1.0/28", "0.0.0.0/0", "fd00::/64", "::/0", "10.0.0.1/32", "fd00::1/128"],
    check(text) {
      const prefix = parsePrefix(text);
      if (!prefix) return hold(usableAddresses([text]) === 0, "what is no prefix has no addresses");
      const { family, first, last } = prefix;
      hold(first <= last, "a prefix is not empty");
      hold(contains(prefix, { family, value: first }), "its first address is in it");
      hold(without([prefix], [prefix]).length === 0, "nothing is left of it without it");
      for (const range of usableRanges([text])) hold(range.first > first && range.last < last, "Azure's own");
    },
  },
  {
    name: "range",
    seeds: ["10.0.0.5-10.0.0.9", "10.0.0.5-10.0.0.5", "fd00::1-fd00::ff"],
    check(text) {
      const range = parseRange(text);
      if (!range) return;
      const again = parseRange(formatRange(range));
      hold(again?.first === range.first && again.last === range.last, `${text} reads as it is printed`);
    },
  },
];
