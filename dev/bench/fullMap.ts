/** Synthetic subnets for the map: any size, any number of taken addresses, the same each time. */
import type { AddressMap, Holder, PrefixMap, Subnet } from "../../api/model.ts";

const SINCE = "2026-01-02T03:04:05.000Z";
const NAMES = ["web", "basket", "orders", "ingress", "payments", "search", "mail", "queue"];

export function syntheticMap(bits: number, takenCount: number): AddressMap {
  const size = 2 ** (32 - bits);
  const holders = Array.from({ length: Math.max(1, Math.ceil(takenCount / 2)) }, (_, n) => holder(n));
  const first = size >= 65_536 ? "10.240.0.0" : "10.240.8.0";
  const prefix = {
    prefix: `${first}/${bits}`,
    first,
    size,
    ranges: ranges(size),
    taken: takenOf(size, takenCount),
  };
  return { subnet: subnet(prefix, takenCount), prefixes: [prefix], holders };
}

function ranges(size: number): PrefixMap["ranges"] {
  const from = Math.floor(size / 2);
  return [
    { from: 0, to: 3, kind: "azure", why: "Azure keeps the first four addresses and the last" },
    { from, to: from + Math.ceil(size / 8) - 1, kind: "excluded", why: "policy keeps them for nodes" },
    { from: size - 1, to: size - 1, kind: "azure", why: "Azure keeps the first four addresses and the last" },
  ];
}

/** Spread by a step that has no divisor in common with the size, so each is another address. */
function takenOf(size: number, count: number): PrefixMap["taken"] {
  const usable = size - 5;
  const offsets = new Set<number>();
  for (let n = 0; offsets.size < Math.min(count, usable); n += 1)
    offsets.add(4 + ((n * 7919 + (n >> 4)) % usable));
  return [...offsets]
    .toSorted((a, b) => a - b)
    .map((offset, n): PrefixMap["taken"][number] => [offset, n % 9 === 4 ? 1 : 0, n >> 1, SINCE]);
}

function holder(n: number): Holder {
  const name = `kubernetes-internal/a${n.toString(16).padStart(8, "0")}`;
  const id = `/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/MC_dev/providers/Microsoft.Network/loadBalancers/${name.replace("/", "/frontendIPConfigurations/")}`;
  const service = `dev/team-${n % 7}/${NAMES[n % NAMES.length]}-${n}`;
  return { id, name, kind: n % 5 === 3 ? "interface" : "frontend", ...(n % 5 !== 3 && { service }) };
}

function subnet({ prefix, size }: Pick<PrefixMap, "prefix" | "size">, used: number): Subnet {
  const usable = size - 5;
  const vnetId =
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/spoke";
  const history = Array.from({ length: 30 }, (_, n) => ({
    date: new Date(Date.UTC(2026, 9, 27 + n)).toISOString().slice(0, 10),
    used: Math.max(0, Math.round(used * (0.7 + n / 100))),
  }));
  return {
    key: "stub",
    id: `${vnetId}/subnets/apps`,
    name: "apps",
    vnet: "spoke",
    vnetId,
    subscription: "11111111-1111-4111-8111-111111111111",
    prefixes: [prefix],
    delegations: [],
    plsNetworkPolicies: "Disabled",
    usable,
    used,
    unknown: 0,
    scannedAtUtc: SINCE,
    forecast: { perDay: Math.max(0.5, used / 100), fullOn: "2026-12-24" },
    history,
  };
}
