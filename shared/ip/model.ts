/** What `mooring ip` and the API report of addresses and of names of Private Link Services. */
import * as z from "zod";

/** A Service that declares the address or the name. */
export const ServiceClaim = z.object({
  /** `cluster/namespace/name`. */
  service: z.string(),
  uid: z.string(),
  /** `proposed`: admission saw it, and its cluster has not confirmed it yet. */
  state: z.enum(["proposed", "confirmed"]),
  /**
   * `leaving`: a deletion was requested, or the last list lacks the Service. `terminating`: its cluster confirmed the deletion. `ended`:
   * its cluster does not declare it any more, was proved to be deleted, or is not registered; a scan ends the claim.
   */
  status: z.enum(["living", "leaving", "terminating", "ended"]),
  sinceUtc: z.string(),
  /** Of a proposed claim. */
  expiresAtUtc: z.string().optional(),
  /** `[cluster/]namespace/name` of the Service that this one replaces. */
  replaces: z.string().optional(),
  /** When its cluster reported last, if that is longer ago than policy `staleMinutes`; `never` if it has not reported. */
  silentSince: z.string().optional(),
});
export type ServiceClaim = z.infer<typeof ServiceClaim>;

/** What has the place in Azure. */
export const AzureHolder = z.object({
  id: z.string(),
  /** `frontend a1 of load balancer kubernetes-internal`. */
  name: z.string(),
  /** `cluster/namespace/name` of the Service that it was created for, if recorded. */
  service: z.string().optional(),
  /** When a scan first saw it. */
  sinceUtc: z.string().optional(),
});
export type AzureHolder = z.infer<typeof AzureHolder>;

/** An address, or the name of a Private Link Service, that is in use. */
export const PlaceUse = z.object({
  kind: z.enum(["address", "plsName"]),
  /** The address, or the name. */
  place: z.string(),
  /** Of an address. */
  subnet: z.string().optional(),
  vnet: z.string().optional(),
  /** Of a name. */
  resourceGroup: z.string().optional(),
  /** `assigned`: a resource in Azure has it. `declared`: a confirmed claim. `claimed`: proposed claims only. */
  state: z.enum(["assigned", "declared", "claimed"]),
  holder: AzureHolder.optional(),
  claims: z.array(ServiceClaim),
});
export type PlaceUse = z.infer<typeof PlaceUse>;

/** A change that Mooring made to the resource that has an address. */
export const HolderChange = z.object({
  journalId: z.string(),
  atUtc: z.string(),
  who: z.string(),
  action: z.enum(["create", "update", "delete"]),
  outcome: z.enum(["intended", "applied", "refused", "failed", "unknown", "released"]),
  reason: z.string(),
});

/** An address in one of the subnets that contain it. */
export const AddressInSubnet = PlaceUse.omit({ kind: true, place: true, resourceGroup: true }).extend({
  subnet: z.string(),
  vnet: z.string(),
  /** `reserved`: one of the five that Azure keeps in every prefix. `excluded`: by policy. */
  state: z.enum(["free", "reserved", "excluded", ...PlaceUse.shape.state.options]),
  /** Addresses that a Service may declare: this one if it is free, else those nearby. */
  free: z.array(z.string()),
  /** Of the first free address: a line for `metadata.annotations`. */
  annotation: z.string().optional(),
  /** Changes of the holder in the last 30 days, newest first. */
  history: z.array(HolderChange),
});
export type AddressInSubnet = z.infer<typeof AddressInSubnet>;

export const AddressLookup = z.object({ address: z.string(), subnets: z.array(AddressInSubnet) });
export type AddressLookup = z.infer<typeof AddressLookup>;

export const FreeAddresses = z.object({
  subnet: z.string(),
  vnet: z.string(),
  /** In order, lowest first. */
  addresses: z.array(z.string()),
  /** For the first of them. */
  annotation: z.string().optional(),
  /** Addresses that Azure counts as used in the subnet and that no source lists: one of these may be among them. */
  unknown: z.int(),
});
export type FreeAddresses = z.infer<typeof FreeAddresses>;

export const NewRelease = z.strictObject({
  /** An address, or the name of a Private Link Service (`[resource group/]name`). */
  place: z.string().trim().min(1).max(200),
  /** Virtual network of the address, if several networks have it. */
  vnet: z.string().max(400).optional(),
  /** Only the claims of this Service, `cluster/namespace/name`. */
  service: z.string().max(400).optional(),
  reason: z.string().trim().min(1).max(500),
  /** Also confirmed claims of living Services. */
  force: z.boolean().default(false),
});

export const ReleasedClaims = PlaceUse.extend({
  /** The claims that ended; those that would end, in a dry run. */
  claims: z.array(ServiceClaim),
  released: z.boolean(),
  /** Name of the record of who released what; absent in a dry run. */
  record: z.string().optional(),
});
export type ReleasedClaims = z.infer<typeof ReleasedClaims>;
