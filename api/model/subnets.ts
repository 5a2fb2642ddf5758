/** Subnets, their addresses, and what the search finds. */
import * as z from "zod";

export const Forecast = z.object({
  /** Addresses a day, from the last thirty days. */
  perDay: z.number(),
  /** The day it is full at that rate; absent if it does not grow. */
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
  /** Those of `unknown` among them. */
  used: z.int(),
  /** Uses that Azure counts in the subnet and whose addresses are unknown. */
  unknown: z.int(),
  scannedAtUtc: z.string(),
  forecast: Forecast.optional(),
  /** Used addresses of the last days, oldest first. */
  history: z.array(z.object({ date: z.string(), used: z.int() })),
});
export type Subnet = z.infer<typeof Subnet>;

export const HolderKind = z.enum(["frontend", "pls", "endpoint", "interface", "other"]);
export const Holder = z.object({
  /** Resource id, or `cluster/namespace/name` of a Service that claims it. */
  id: z.string(),
  name: z.string(),
  kind: HolderKind,
  /** The Service behind it, `cluster/namespace/name`, if known. */
  service: z.string().optional(),
  /** Key of the PLS that stands on it or that it is. */
  plsKey: z.string().optional(),
});
export type Holder = z.infer<typeof Holder>;
/** One prefix of a subnet. Offsets count from its first address. */
export const PrefixMap = z.object({
  prefix: z.string(),
  first: z.string(),
  /** How many addresses it has; more than 65,536 are not drawn. */
  size: z.int(),
  /** Nobody may have these: Azure's own five, and what policy excludes. */
  ranges: z.array(
    z.object({ from: z.int(), to: z.int(), kind: z.enum(["azure", "excluded"]), why: z.string() }),
  ),
  /** `[offset, kind, index into holders, since]`, in order; kind 0 is assigned, 1 claimed. */
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
  /** Where the dashboard shows it: `#/subnets/KEY?address=10.0.0.4`. */
  href: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;
