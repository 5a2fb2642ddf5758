/**
 * What the HTTP API takes and gives, as zod schemas: the OpenAPI document, the checks at the door and the dashboard's types are all
 * made from these. Times are ISO 8601 in UTC and end in `AtUtc` or `Utc`. `key` names a thing in a path; it is opaque.
 */
import { z } from "zod";

export const Severity = z.enum(["error", "warn", "info"]);
export type Severity = z.infer<typeof Severity>;
export const FindingState = z.enum(["suspected", "open", "acknowledged", "resolved"]);
export type FindingState = z.infer<typeof FindingState>;
export const Role = z.enum(["Mooring.Reader", "Mooring.Operator"]);
export type Role = z.infer<typeof Role>;

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** Everything that is wrong, a sentence each. */
  problems: z.array(z.string()),
});
export type Problem = z.infer<typeof Problem>;

/** One page of a list; `continuation` asks for the next. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), continuation: z.string().optional() });
export interface Page<T> {
  items: T[];
  continuation?: string | undefined;
}

export const Me = z.object({
  name: z.string(),
  roles: z.array(Role),
  /** True in the local sandbox: the playground is shown. */
  isSandbox: z.boolean(),
  version: z.string(),
  /** Set while nothing is written to Azure. */
  stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional(),
});
export type Me = z.infer<typeof Me>;

export const Counts = z.object({ error: z.int(), warn: z.int(), info: z.int() });
export type Counts = z.infer<typeof Counts>;

// ---- plans -----------------------------------------------------------------------------------------------------------------

export const PlanLine = z.object({ mark: z.enum(["+", "~", "-", " "]), text: z.string() });
export const PlannedChange = z.object({
  action: z.enum(["create", "update", "delete"]),
  resourceId: z.string(),
  name: z.string(),
  capability: z.enum(["links", "connections", "rejections", "sweep"]),
  cluster: z.string(),
  reason: z.string(),
  /** What is edited, a line each. */
  lines: z.array(PlanLine),
  evidence: z.array(z.object({ says: z.string(), source: z.string(), atUtc: z.string() })),
});
export type PlannedChange = z.infer<typeof PlannedChange>;
/** What a mutating call would do. Its `etag` goes into `If-Match` of the call that does it: what is done is what was shown. */
export const Plan = z.object({
  changes: z.array(PlannedChange),
  /** What will not be as it was, or what else to know. */
  losses: z.array(z.string()),
  etag: z.string(),
});
export type Plan = z.infer<typeof Plan>;
export const Applied = z.object({
  resourceId: z.string(),
  outcome: z.enum(["applied", "observed", "refused", "failed", "left"]),
  why: z.string().optional(),
  journalId: z.string().optional(),
});
export type Applied = z.infer<typeof Applied>;
/** Without `dryRun=true` the plan was carried out and `applied` says what became of it. */
export const Outcome = z.object({ plan: Plan, applied: z.array(Applied).optional() });
export type Outcome = z.infer<typeof Outcome>;

/** Nothing is done: what would be done is not what `If-Match` names any more. This is it now. */
export const PlanProblem = Problem.extend({ plan: Plan.optional() });
export type PlanProblem = z.infer<typeof PlanProblem>;

export const NewStop = z.strictObject({ reason: z.string().trim().min(1).max(500) });
/** `stopped` is absent while policy decides. */
export const Writing = z.object({ stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional() });
export type Writing = z.infer<typeof Writing>;

// ---- findings and audits ---------------------------------------------------------------------------------------------------

export const Acknowledgement = z.object({
  who: z.string(),
  reason: z.string(),
  atUtc: z.string(),
  untilUtc: z.string(),
});
export const Finding = z.object({
  id: z.string(),
  check: z.string(),
  severity: Severity,
  state: FindingState,
  scope: z.string(),
  about: z.string(),
  /** The last name in `about`. */
  name: z.string(),
  cluster: z.string().optional(),
  message: z.string(),
  advice: z.string(),
  declared: z.string().optional(),
  allowed: z.string().optional(),
  actual: z.string().optional(),
  /** True where Mooring can mend it: `POST /findings/{id}/fix`. */
  fixable: z.boolean(),
  planned: z.array(z.string()).optional(),
  firstSeenAtUtc: z.string(),
  lastSeenAtUtc: z.string(),
  resolvedAtUtc: z.string().optional(),
  reopened: z.int().optional(),
  acknowledged: Acknowledgement.optional(),
  /** For `If-Match`. */
  etag: z.string(),
});
export type Finding = z.infer<typeof Finding>;
export const Acknowledge = z.strictObject({
  untilUtc: z.iso.datetime(),
  reason: z.string().trim().min(1).max(500),
});
export type Acknowledge = z.infer<typeof Acknowledge>;

export const Check = z.object({
  id: z.string(),
  title: z.string(),
  severity: Severity,
  on: z.string(),
  docs: z.string(),
});
export type Check = z.infer<typeof Check>;

export const TrendDay = z.object({
  date: z.string(),
  counts: Counts,
  byCheck: z.record(z.string(), z.int()),
});
export type TrendDay = z.infer<typeof TrendDay>;

export const Audit = z.object({
  id: z.string(),
  state: z.enum(["running", "done", "failed", "cancelled"]),
  startedAtUtc: z.string(),
  finishedAtUtc: z.string().optional(),
  who: z.string(),
  why: z.string(),
  total: z.int(),
  finished: z.int(),
  remainingSeconds: z.number().optional(),
  counts: Counts.optional(),
  appeared: z.int().optional(),
  resolved: z.int().optional(),
  failures: z.array(z.object({ scope: z.string(), why: z.string() })),
});
export type Audit = z.infer<typeof Audit>;
export const NewAudit = z.strictObject({
  /** Only these scopes (`subscription:ID`, `vnet:ID`, `mooring`, or the name of a cluster); absent means everything. */
  scopes: z.array(z.string().min(1)).min(1).optional(),
});
/** What differs between two audits. */
export const AuditDifference = z.object({
  from: z.string(),
  to: z.string(),
  appeared: z.array(
    Finding.partial().required({ id: true, check: true, severity: true, about: true, message: true }),
  ),
  resolved: z.array(
    Finding.partial().required({ id: true, check: true, severity: true, about: true, message: true }),
  ),
  worse: z.array(
    z.object({ id: z.string(), check: z.string(), about: z.string(), from: Severity, to: Severity }),
  ),
  unchanged: z.int(),
});
export type AuditDifference = z.infer<typeof AuditDifference>;

// ---- overview --------------------------------------------------------------------------------------------------------------

export const ClusterHealth = z.object({
  name: z.string(),
  resourceId: z.string(),
  services: z.int(),
  snapshotAtUtc: z.string().optional(),
  /** `silent`: no snapshot for longer than policy allows. */
  state: z.enum(["ok", "silent", "never heard of"]),
  findings: Counts,
});
export type ClusterHealth = z.infer<typeof ClusterHealth>;
export const Overview = z.object({
  needs: z.object({
    /** Connections that wait for a person. */
    connections: z.int(),
    quarantined: z.int(),
    /** Of those, due within a day. */
    dueSoon: z.int(),
    findings: Counts,
    acknowledged: z.int(),
  }),
  trend: z.array(TrendDay),
  audits: z.array(Audit),
  clusters: z.array(ClusterHealth),
  mooring: z.object({
    /** Set while nothing is written to Azure. */
    stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional(),
    modes: z.record(z.string(), z.enum(["observe", "enforce"])),
    policyAppliedAtUtc: z.string().optional(),
    /** The oldest scan of a virtual network. */
    scannedAtUtc: z.string().optional(),
    auditedAtUtc: z.string().optional(),
    subscriptions: z.int(),
    problems: z.array(z.string()),
  }),
});
export type Overview = z.infer<typeof Overview>;

// ---- subnets ---------------------------------------------------------------------------------------------------------------

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
  linkNetworkPolicies: z.enum(["Enabled", "Disabled"]),
  usable: z.int(),
  used: z.int(),
  scannedAtUtc: z.string(),
  forecast: Forecast.optional(),
  /** Used addresses of the last days, oldest first. */
  history: z.array(z.object({ date: z.string(), used: z.int() })),
});
export type Subnet = z.infer<typeof Subnet>;

export const HolderKind = z.enum(["frontend", "link", "endpoint", "interface", "other"]);
export const Holder = z.object({
  /** Resource id, or `cluster/namespace/name` of a Service that reserved. */
  id: z.string(),
  name: z.string(),
  kind: HolderKind,
  /** The Service behind it, `cluster/namespace/name`, if known. */
  service: z.string().optional(),
  /** Key of the link that stands on it or that it is. */
  linkKey: z.string().optional(),
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
  /** `[offset, kind, index into holders, since]`, in order; kind 0 is assigned, 1 reserved (since: until when it is reserved). */
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
  kind: z.enum(["address", "service", "subnet", "link", "resource"]),
  title: z.string(),
  detail: z.string(),
  /** Where the dashboard shows it: `#/subnets/KEY?address=10.0.0.4`. */
  href: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;

// ---- links and connections -------------------------------------------------------------------------------------------------

export const Connection = z.object({
  key: z.string(),
  id: z.string(),
  name: z.string(),
  link: z.string(),
  linkKey: z.string(),
  cluster: z.string().optional(),
  service: z.string().optional(),
  /** Subscription of the consumer. */
  consumer: z.string().optional(),
  endpointId: z.string().optional(),
  status: z.enum(["Pending", "Approved", "Rejected", "Disconnected"]),
  description: z.string(),
  /** True if the consumer's subscription is declared in auto-approval. */
  declared: z.boolean(),
  /** Set where nothing may be decided, and why. */
  closed: z.string().optional(),
});
export type Connection = z.infer<typeof Connection>;
export const Decision = z.strictObject({
  status: z.enum(["Approved", "Rejected"]),
  reason: z.string().trim().min(1).max(200),
});
export type Decision = z.infer<typeof Decision>;

/** A field as declared, as policy leaves it, and as it is. */
export const FieldComparison = z.object({
  field: z.string(),
  declared: z.array(z.string()).optional(),
  allowed: z.array(z.string()).optional(),
  actual: z.array(z.string()),
  differs: z.boolean(),
  /** True where Mooring puts it back. */
  managed: z.boolean(),
});
export const LinkSummary = z.object({
  key: z.string(),
  id: z.string(),
  name: z.string(),
  subscription: z.string(),
  resourceGroup: z.string(),
  cluster: z.string().optional(),
  /** `namespace/name` as tagged by the controller. */
  service: z.string().optional(),
  /** `unowned`: no living Service is proved to own it. */
  state: z.enum(["as declared", "differs", "unowned", "off"]),
  differs: z.array(z.string()),
  connections: z.object({ pending: z.int(), approved: z.int(), rejected: z.int(), disconnected: z.int() }),
});
export type LinkSummary = z.infer<typeof LinkSummary>;
export const GraphNode = z.object({
  id: z.string(),
  kind: z.enum(["service", "frontend", "link", "connection", "consumer"]),
  label: z.string(),
  detail: z.string().optional(),
});
export const Link = LinkSummary.extend({
  alias: z.string(),
  location: z.string(),
  provisioningState: z.string(),
  tags: z.record(z.string(), z.string()),
  fields: z.array(FieldComparison),
  connectionList: z.array(Connection),
  /** Service → frontend → link → connections → consumers. */
  graph: z.object({ nodes: z.array(GraphNode), edges: z.array(z.tuple([z.string(), z.string()])) }),
  /** What a reconcile would do now. */
  plan: Plan,
});
export type Link = z.infer<typeof Link>;

// ---- orphans ---------------------------------------------------------------------------------------------------------------

export const Orphan = z.object({
  key: z.string(),
  resourceId: z.string(),
  name: z.string(),
  kind: z.enum(["loadBalancer", "frontend", "link", "connection"]),
  cluster: z.string(),
  verdict: z.enum(["orphan", "unproved"]),
  for: z.array(z.object({ says: z.string(), source: z.string(), atUtc: z.string() })),
  against: z.array(z.string()),
  missing: z.array(z.string()),
  quarantine: z
    .object({ sinceUtc: z.string(), deleteAfterUtc: z.string(), lastProvedAtUtc: z.string() })
    .optional(),
  hold: z.object({ who: z.string(), why: z.string(), sinceUtc: z.string() }).optional(),
});
export type Orphan = z.infer<typeof Orphan>;
export const Orphans = z.object({
  /** Of sweep: `observe` deletes nothing by itself. */
  mode: z.enum(["observe", "enforce"]),
  items: z.array(Orphan),
  /** Deleted by a sweep and restorable, newest first. */
  deleted: z.array(
    z.object({
      journalId: z.string(),
      resourceId: z.string(),
      name: z.string(),
      atUtc: z.string(),
      losses: z.array(z.string()),
    }),
  ),
});
export type Orphans = z.infer<typeof Orphans>;
/** Makes again what a sweep deleted: the entry of its delete. */
export const Restore = z.strictObject({ journalId: z.string().min(4).max(128) });
export const NewHold = z.strictObject({ reason: z.string().trim().min(1).max(500) });

// ---- journal ---------------------------------------------------------------------------------------------------------------

export const JournalEntry = z.object({
  id: z.string(),
  atUtc: z.string(),
  completedAtUtc: z.string().optional(),
  outcome: z.enum(["intended", "applied", "refused", "failed", "unknown", "released"]),
  why: z.string().optional(),
  who: z.string(),
  cause: z.string(),
  correlationId: z.string(),
  policyVersion: z.string(),
  change: PlannedChange,
  undoable: z.boolean(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;
/** With the whole resource before and after, as Azure had it. */
export const JournalDetail = JournalEntry.extend({
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type JournalDetail = z.infer<typeof JournalDetail>;

// ---- playground ------------------------------------------------------------------------------------------------------------

export const CheckRequest = z.strictObject({
  cluster: z.string().min(1),
  /** YAML or JSON; one Service. */
  manifest: z
    .string()
    .min(1)
    .max(256 * 1024),
});
export const Verdict = z.object({
  service: z.string(),
  decision: z.enum(["allow", "warn", "deny"]),
  /** As kubectl would print it. */
  kubectl: z.string(),
  findings: z.array(
    z.object({
      rule: z.string(),
      severity: z.enum(["deny", "warn"]),
      field: z.string(),
      message: z.string(),
      suggestions: z.array(z.string()),
    }),
  ),
  /** Where its addresses would be, for the map. */
  places: z.array(
    z.object({
      subnetKey: z.string(),
      subnet: z.string(),
      address: z.string().optional(),
      suggestions: z.array(z.string()),
      free: z.boolean().optional(),
    }),
  ),
});
export type Verdict = z.infer<typeof Verdict>;
