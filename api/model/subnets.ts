/** Subnets, their addresses, and search results. */
import * as z from "zod";

export const Forecast = z.object({
  /** Addresses per day, from the last 30 days. */
  perDay: z.number(),
  /** The day when the subnet is full at that rate; absent if usage does not grow. */
  fullOn: z.string().optional(),
});
export const Subnet = z.object({
  key: z.string(),
  id: z.string(),
  name: z.string(),
  vnet: z.string(),
  vnetId: z.string(),
  subscription: z.string(),
  prefixes: z.array(z.string()),
  delegations: z.array(z.string()),
  plsNetworkPolicies: z.enum(["Enabled", "Disabled"]),
  usable: z.int(),
  /** Includes `unknown`. */
  used: z.int(),
  /** IP configurations that Azure counts in the subnet without reporting their addresses. */
  unknown: z.int(),
  scannedAtUtc: z.string(),
  forecast: Forecast.optional(),
  /** Used addresses of the last days, oldest first. */
  history: z.array(z.object({ date: z.string(), used: z.int() })),
});
export type Subnet = z.infer<typeof Subnet>;

export const HolderKind = z.enum(["frontend", "pls", "endpoint", "interface", "other"]);
export const Holder = z.object({
  /** Resource id, or `cluster/namespace/name` of the Service that claims the address. */
  id: z.string(),
  name: z.string(),
  kind: HolderKind,
  /** `cluster/namespace/name` of the Service that owns the resource, if recorded. */
  service: z.string().optional(),
  /** Key of the PLS that is attached to the holder or that is the holder. */
  plsKey: z.string().optional(),
});
export type Holder = z.infer<typeof Holder>;
/** One prefix of a subnet. Offsets count from its first address. */
export const PrefixMap = z.object({
  prefix: z.string(),
  first: z.string(),
  /** Number of addresses; prefixes with more than 65,536 are not drawn. */
  size: z.int(),
  /** Addresses that cannot be assigned: the five that Azure reserves, and those that policy excludes. */
  ranges: z.array(
    z.object({ from: z.int(), to: z.int(), kind: z.enum(["azure", "excluded"]), why: z.string() }),
  ),
  /** `[offset, kind, index into holders, since]`, in order; kind 0 is assigned, 1 is claimed. */
  taken: z.array(z.tuple([z.int(), z.union([z.literal(0), z.literal(1)]), z.int(), z.string()])),
});
export type PrefixMap = z.infer<typeof PrefixMap>;
export const AddressMap = z.object({
  subnet: Subnet,
  prefixes: z.array(PrefixMap),
  holders: z.array(Holder),
});
export type AddressMap = z.infer<typeof AddressMap>;

export const SearchHit = z.object({
  kind: z.enum(["address", "service", "subnet", "pls", "resource"]),
  title: z.string(),
  detail: z.string(),
  /** Address of the page in the dashboard: `#/subnets/KEY?address=10.0.0.4`. */
  href: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;
