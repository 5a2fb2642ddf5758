/**
 * The organisation's policy: modes, scope, limits. Parsed at the boundary, pure afterwards.
 * Everything that deletes defaults to `observe`.
 */
import * as z from "zod";
import { parsePrefix } from "../azure/prefix.ts";
import { parseRange } from "../azure/addressRange.ts";
import { SEVERITIES } from "../severity.ts";

const mode = z.enum(["observe", "enforce"]);

const only = (what: string) => z.array(z.string()).optional().describe(`Only ${what}; absent means all`);
const never = (what: string) => z.array(z.string()).default([]).describe(`Never ${what}`);

const scope = z.strictObject({
  subscriptions: only("these subscriptions"),
  excludeSubscriptions: never("these subscriptions"),
  resourceGroups: only("these resource groups, in any case"),
  excludeResourceGroups: never("these resource groups, in any case"),
  clusters: only("these clusters"),
  excludeClusters: never("these clusters"),
  namespaces: only("what Services of these namespaces own"),
  excludeNamespaces: never("what Services of these namespaces own"),
  names: only("resources with these names; * stands for anything"),
  excludeNames: never("resources with these names; * stands for anything"),
  excludeTags: never("resources with these tags, as KEY=VALUE"),
});

const severities = z.record(z.string(), z.enum(["deny", "warn", "off"]));

/** An entry without clusters is for all of them, one without namespaces likewise. */
const place = {
  clusters: z.array(z.string()).optional(),
  namespaces: z.array(z.string()).optional(),
};

const subscriptionIds = z.array(z.union([z.guid().toLowerCase(), z.literal("*")]));

const graceSeconds = z.number().int().min(0);

export const Policy = z.strictObject({
  rules: severities.default({}).describe("Severity of a rule of admission: deny, warn or off"),
  overrides: z
    .array(z.strictObject({ ...place, rules: severities }))
    .default([])
    .describe("Severities for some clusters or namespaces; the last entry that fits counts"),
  subnets: z
    .array(z.strictObject({ ...place, allowed: z.array(z.string()).min(1) }))
    .default([])
    .describe("Subnets that a namespace may have; a namespace that no entry names may have any"),
  privateLinkServices: z
    .strictObject({
      visibility: subscriptionIds
        .optional()
        .describe("Subscriptions a Private Link Service may be visible to; absent means any"),
      autoApproval: subscriptionIds
        .optional()
        .describe("Subscriptions that may be auto-approved; absent means any"),
      fields: z
        .array(z.enum(["visibility", "autoApproval", "fqdns", "proxyProtocol"]))
        .default(["visibility", "autoApproval"])
        .describe("What is put back to what is declared; the rest is reported"),
      maxRepairsPerHour: z
        .number()
        .int()
        .min(1)
        .default(3)
        .describe(
          "Repairs of the same field of a Private Link Service within an hour; after that somebody else is at it",
        ),
    })
    .prefault({}),
  modes: z
    .strictObject({
      privateLinkServices: mode
        .default("enforce")
        .describe("Put visibility and auto-approval back to what is declared"),
      connections: mode
        .default("enforce")
        .describe("Approve pending connections from auto-approved subscriptions"),
      rejections: mode
        .default("observe")
        .describe("Reject connections as `connections` says; people may always reject"),
      sweep: mode.default("observe").describe("Delete orphans after their grace"),
    })
    .prefault({}),
  scope: z
    .strictObject({
      privateLinkServices: scope.prefault({}),
      connections: scope.prefault({}),
      rejections: scope.prefault({}),
      sweep: scope.prefault({}),
    })
    .prefault({}),
  connections: z
    .strictObject({
      rejectPendingAfterHours: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe("Reject what nobody declared or approved within this time; absent means never"),
      rejectWithdrawn: z
        .boolean()
        .default(false)
        .describe(
          "Reject connections that were approved automatically and whose subscription is not auto-approved any more",
        ),
    })
    .prefault({}),
  audit: z
    .strictObject({
      checks: z
        .record(z.string(), z.enum([...SEVERITIES, "off"]))
        .default({})
        .describe("Severity of a check of the audit: error, warning, info or off"),
      frontendMinutes: z
        .number()
        .int()
        .min(1)
        .default(10)
        .describe(
          "How long a Service may be without the frontend or the Private Link Service that it declares",
        ),
      pendingHours: z
        .number()
        .int()
        .min(1)
        .default(4)
        .describe("How long a connection that nobody declared may wait for a person"),
      nearlyFullPercent: z
        .number()
        .min(1)
        .max(100)
        .default(90)
        .describe("Use from which a subnet counts as nearly full"),
      forecastDays: z
        .number()
        .int()
        .min(2)
        .max(365)
        .default(30)
        .describe("Days of a subnet's past that its forecast rests on, and how far ahead it looks"),
    })
    .prefault({}),
  onUnavailable: z
    .enum(["allow", "deny"])
    .default("allow")
    .describe("Admission's answer when storage is away"),
  reservationMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .default(60)
    .describe("How long a claim of an address lasts that neither its cluster nor Azure confirms, in minutes"),
  claims: z
    .strictObject({
      unconfirmedPercent: z
        .number()
        .min(0)
        .max(100)
        .default(10)
        .describe("Addresses of a subnet that one cluster may claim without confirmation, in percent"),
      unconfirmedAtLeast: z
        .number()
        .int()
        .min(1)
        .default(16)
        .describe("The same as a number, for small subnets"),
      plannedMoves: z
        .enum(["never", "sameNamespace", "always"])
        .default("sameNamespace")
        .describe(
          "Whose addresses a Service may declare with `mooring.dev/replaces`, while that Service lives",
        ),
    })
    .prefault({}),
  inventoryStaleMinutes: z
    .number()
    .int()
    .min(1)
    .default(60)
    .describe("A subnet scanned longer ago brings the warning inventory-stale"),
  staleMinutes: z
    .number()
    .positive()
    .default(60)
    .describe("What a cluster confirmed longer ago proves nothing"),
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
    .describe("How long an orphan stays in quarantine before it may be deleted"),
  sweepGraceByKind: z
    .strictObject({
      loadBalancer: graceSeconds.optional(),
      frontend: graceSeconds.optional(),
      rule: graceSeconds.optional(),
      pls: graceSeconds.optional(),
      connection: graceSeconds.optional(),
    })
    .prefault({})
    .describe("The same in seconds for some kinds of orphans, where they differ"),
  maxDeletesPerRun: z.number().int().min(0).default(5).describe("Deletes in one sweep"),
  maxDeletesPerDay: z.number().int().min(0).default(20).describe("Deletes in 24 hours, all sweeps together"),
  maxDeletePercent: z
    .number()
    .min(0)
    .max(100)
    .default(20)
    .describe(
      "Deletes in one sweep, as a percentage of the load balancers, Private Link Services and connections in sight",
    ),
  freeze: z
    .array(z.strictObject({ fromUtc: z.iso.datetime(), toUtc: z.iso.datetime(), why: z.string() }))
    .default([])
    .describe("Windows in which nothing is written to Azure"),
  excludedRanges: z
    .array(z.string().refine((text) => parsePrefix(text), "not a CIDR range"))
    .default([])
    .describe("Address ranges (CIDR) that no Service may ask for"),
  addressPools: z
    .array(
      z.strictObject({
        ...place,
        name: z
          .string()
          .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "lower-case letters, digits and dashes"),
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
    .describe("Named ranges (CIDR or FIRST-LAST) from which `mooring.dev/address: auto` picks"),
});
export type Policy = z.infer<typeof Policy>;

/** The policy in force until somebody applies one. */
export const defaultPolicy: Policy = Policy.parse({});
