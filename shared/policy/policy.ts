/**
 * The organisation's policy: modes, scope, limits. Parsed at the boundary, pure afterwards.
 * Everything that deletes defaults to `observe`.
 */
import * as z from "zod";
import { parsePrefix } from "../azure/prefix.ts";
import { parseRange } from "../azure/addressRange.ts";
import { modes, overrides, place, scope, severities } from "./modes.ts";
import { SEVERITIES } from "../severity.ts";

const subscriptionIds = z.array(z.union([z.guid().toLowerCase(), z.literal("*")]));

const graceSeconds = z.number().int().min(0);

export const Policy = z.strictObject({
  rules: severities
    .default({})
    .describe(
      "Severity of an admission rule: deny, warn or off; * for every rule that is not named and not off by default",
    ),
  overrides,
  subnets: z
    .array(z.strictObject({ ...place, allowed: z.array(z.string()).min(1) }))
    .default([])
    .describe("Subnets that a namespace may use; a namespace without an entry may use any subnet"),
  privateLinkServices: z
    .strictObject({
      visibility: subscriptionIds
        .optional()
        .describe("Subscriptions to which a Private Link Service may be visible; absent means any"),
      autoApproval: subscriptionIds
        .optional()
        .describe("Subscriptions that may be auto-approved; absent means any"),
      fields: z
        .array(z.enum(["visibility", "autoApproval", "fqdns", "proxyProtocol"]))
        .default(["visibility", "autoApproval"])
        .describe("Fields that Mooring restores to declared values; others are only reported"),
      maxRepairsPerHour: z
        .number()
        .int()
        .min(1)
        .default(3)
        .describe("Maximum repairs per field and hour; more indicate a conflicting writer"),
    })
    .prefault({}),
  modes,
  scope,
  connections: z
    .strictObject({
      rejectPendingAfterHours: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe("Reject connections that are pending for longer than this; absent means never"),
      rejectWithdrawn: z
        .boolean()
        .default(false)
        .describe(
          "Reject connections that were approved automatically and whose subscription is no longer auto-approved",
        ),
    })
    .prefault({}),
  audit: z
    .strictObject({
      checks: z
        .record(z.string(), z.enum([...SEVERITIES, "off"]))
        .default({})
        .describe("Severity of an audit check: error, warning, info or off"),
      frontendMinutes: z
        .number()
        .int()
        .min(1)
        .default(10)
        .describe("How long a declared resource may be missing before the audit reports it"),
      pendingHours: z
        .number()
        .int()
        .min(1)
        .default(4)
        .describe("How long an undeclared connection may be pending before the audit reports it"),
      nearlyFullPercent: z
        .number()
        .min(1)
        .max(100)
        .default(90)
        .describe("Usage from which a subnet counts as nearly full"),
      forecastDays: z
        .number()
        .int()
        .min(2)
        .max(365)
        .default(30)
        .describe("Days of usage history for a subnet's forecast, and how many days it looks ahead"),
    })
    .prefault({}),
  onUnavailable: z
    .enum(["allow", "deny"])
    .default("allow")
    .describe("Admission's answer if a Service cannot be evaluated, e.g. storage is unavailable"),
  reservationMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .default(60)
    .describe("Minutes until an unconfirmed address claim expires"),
  claims: z
    .strictObject({
      unconfirmedPercent: z
        .number()
        .min(0)
        .max(100)
        .default(10)
        .describe("Percentage of a subnet's addresses that one cluster may claim without confirmation"),
      unconfirmedAtLeast: z
        .number()
        .int()
        .min(1)
        .default(16)
        .describe("Minimum of that limit, as a number of addresses, for small subnets"),
      plannedMoves: z
        .enum(["never", "sameNamespace", "always"])
        .default("sameNamespace")
        .describe("Which existing Services a Service may replace with `mooring.dev/replaces`"),
    })
    .prefault({}),
  inventoryStaleMinutes: z
    .number()
    .int()
    .min(1)
    .default(60)
    .describe("Age of a subnet's last scan from which rule inventory-stale warns"),
  staleMinutes: z
    .number()
    .positive()
    .default(60)
    .describe("Age from which a cluster's confirmation counts as stale and proves nothing"),
  declarations: z
    .strictObject({
      listSeconds: z
        .number()
        .int()
        .min(1)
        .max(900)
        .default(600)
        .describe("How often a cluster sends a complete list of its Services, in seconds"),
      windowSeconds: z
        .number()
        .int()
        .min(1)
        .max(60)
        .default(8)
        .describe("How long a cluster collects changes before it sends them, in seconds"),
    })
    .prefault({}),
  sweepGraceSeconds: graceSeconds
    .default(7 * 24 * 3600)
    .describe("Grace period: how long an orphan stays in quarantine before it may be deleted"),
  sweepGraceByKind: z
    .strictObject({
      loadBalancer: graceSeconds.optional(),
      frontend: graceSeconds.optional(),
      rule: graceSeconds.optional(),
      pls: graceSeconds.optional(),
      connection: graceSeconds.optional(),
    })
    .prefault({})
    .describe("Grace period in seconds for individual kinds of orphans"),
  maxDeletesPerRun: z.number().int().min(0).default(5).describe("Maximum deletes in one sweep"),
  maxDeletesPerDay: z
    .number()
    .int()
    .min(0)
    .default(20)
    .describe("Maximum deletes in 24 hours, in all sweeps"),
  maxDeletePercent: z
    .number()
    .min(0)
    .max(100)
    .default(20)
    .describe(
      "Maximum deletes in one sweep, as a percentage of all observed load balancers, Private Link Services and connections",
    ),
  freeze: z
    .array(z.strictObject({ fromUtc: z.iso.datetime(), toUtc: z.iso.datetime(), why: z.string() }))
    .default([])
    .describe("Time windows in which Mooring writes nothing to Azure"),
  excludedRanges: z
    .array(z.string().refine((text) => parsePrefix(text), "not a CIDR range"))
    .default([])
    .describe("Address ranges (CIDR) that no Service may request"),
  addressPools: z
    .array(
      z.strictObject({
        ...place,
        name: z
          .string()
          .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be lower-case letters, digits and hyphens"),
        subnet: z.string().optional(),
        ranges: z
          .array(
            z
              .string()
              .refine((text) => parsePrefix(text) ?? parseRange(text), "neither a CIDR range nor FIRST-LAST"),
          )
          .min(1),
      }),
    )
    .default([])
    .describe("Named ranges (CIDR or FIRST-LAST) from which `mooring.dev/address: auto` chooses"),
});
export type Policy = z.infer<typeof Policy>;

/** The active policy until an operator applies one. */
export const defaultPolicy: Policy = Policy.parse({});
