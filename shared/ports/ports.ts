/** Everything a use case may reach, and nothing else. Built by `app.ts` for real, by tests from memory. */
import type { Activity } from "./activity.ts";
import type { ResourceReader } from "./resources.ts";
import type { Observation } from "../changes/order.ts";
import type { Touch } from "../changes/touches.ts";
import type { JournalEntry } from "../changes/journal.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { AuditRun, ScopeProgress, ScopeRow, TrendRow, UsageRow, VnetRow } from "../audit/auditRun.ts";
import type { Finding } from "../findings/finding.ts";
import type { Notices } from "../audit/notices.ts";
import type { UnconfirmedRow } from "../inventory/claimQuota.ts";
import type { AddressRow, PlsRow, SubnetRow } from "../inventory/model.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Feed, Proposal, StagedPage } from "../declarations/model.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Network } from "./network.ts";
import type { Hold, Quarantined } from "../orphans/model.ts";
import type { Outcome } from "../storage/outcome.ts";
import type { Permissions } from "./permissions.ts";
import type { FailureRow } from "../storage/queues/failures.ts";
import type { Leases } from "./leases.ts";
import type { Queue } from "./queue.ts";
import type { SchemaRow } from "../storage/schema.ts";
import type { States } from "./states.ts";
import type { Table } from "./table.ts";

/** One table per noun. Partition and row key of each are said where the noun's module defines them. */
export interface Tables {
  readonly clusters: Table<Cluster>;
  readonly policies: Table<PolicyRow>;
  readonly subnets: Table<SubnetRow>;
  readonly addresses: Table<AddressRow>;
  readonly unconfirmed: Table<UnconfirmedRow>;
  readonly privateLinkServices: Table<PlsRow>;
  readonly declarations: Table<Declared>;
  readonly proposals: Table<Proposal>;
  readonly feeds: Table<Feed>;
  readonly pages: Table<StagedPage>;
  readonly quarantine: Table<Quarantined>;
  readonly findings: Table<Finding>;
  readonly journal: Table<JournalEntry>;
  readonly waiting: Table<WaitingRow>;
  readonly touches: Table<Touch>;
  readonly observations: Table<Observation>;
  readonly holds: Table<Hold>;
  readonly vnets: Table<VnetRow>;
  readonly runs: Table<AuditRun>;
  readonly progress: Table<ScopeProgress>;
  readonly scopes: Table<ScopeRow>;
  readonly trends: Table<TrendRow>;
  readonly usage: Table<UsageRow>;
  readonly schema: Table<SchemaRow>;
  readonly failures: Table<FailureRow>;
  readonly outcomes: Table<Outcome>;
}

export interface PolicyRow {
  readonly policy: unknown;
  readonly appliedAtUtc: string;
}

/** Work for this key is already on its queue; further events before `untilUtc` add nothing. */
export interface WaitingRow {
  readonly untilUtc: string;
  /** What tells a claim from all others. */
  readonly by?: string;
  /** When messages for the key became visible within the last minute, or will. */
  readonly visibleAtUtc?: readonly string[];
  /** When an event last asked for it, rather than a timer. */
  readonly eventAtUtc?: string;
}

export interface Ports {
  readonly tables: Tables;
  readonly queue: Queue;
  readonly states: States;
  readonly leases: Leases;
  readonly network: Network;
  readonly permissions: Permissions;
  readonly activity: Activity;
  readonly resources: ResourceReader;
  readonly metrics: Metrics;
  /** Who is told of audits; empty if nobody wants to know. */
  readonly notices: readonly Notices[];
  /** Subscriptions that Mooring watches, lower case. */
  readonly subscriptions: readonly string[];
}

/** What every use case takes first. */
export interface Run {
  readonly ports: Ports;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly log: Log;
  readonly signal: AbortSignal;
}
