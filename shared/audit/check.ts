/** Type of a check: a pure function of one subject. The table of checks is in `checks.ts`. */
import type { Failure, Remaining } from "../ports/activity.ts";
import type { JournalEntry } from "../changes/journal.ts";
import type { Touch } from "../changes/touches.ts";
import type { Contradiction } from "../declarations/clusterContradictions.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Claim, ClaimProblem, SubnetRow } from "../inventory/model.ts";
import type { Declared, ServiceKey } from "../kubernetes/intent.ts";
import type { Connection, Frontend, PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";
import type { Candidate } from "../orphans/classify.ts";
import type { Quarantined } from "../orphans/model.ts";
import type { ClusterView } from "../orphans/world.ts";
import type { Outcome } from "../storage/outcome.ts";
import type { Policy } from "../policy/policy.ts";
import type { QueueName } from "../ports/queue.ts";
import type { Finding } from "../findings/finding.ts";
import type { Forecast } from "./usage.ts";

/** Subjects of checks, by kind. */
export interface Subjects {
  readonly pls: {
    readonly pls: PrivateLinkService;
    readonly cluster: Cluster;
    readonly owner?: Declared;
    /** The cluster has confirmed its Services once, or was deleted. */
    readonly isConfirmed: boolean;
    readonly policy: Policy;
    /** Writes of the last hour, if it differs from the declaration. */
    readonly touches: readonly Touch[];
  };
  /** A PLS on a frontend of a cluster, regardless of its tags. */
  readonly marks: {
    readonly pls: PrivateLinkService;
    readonly cluster: Cluster;
    /** Services on that frontend, the one that it is named for first. */
    readonly users: readonly Declared[];
  };
  readonly connection: {
    readonly connection: Connection;
    readonly pls: PrivateLinkService;
    readonly owner?: Declared;
    readonly cluster: Cluster;
    readonly policy: Policy;
  };
  /** A confirmed internal Service with its resources in Azure. */
  readonly service: {
    readonly declared: Declared;
    readonly frontend?: Frontend;
    readonly pls?: PrivateLinkService;
    readonly ageMinutes: number;
    /** How long the cloud controller may take. */
    readonly waitMinutes: number;
    /** A recent failure of the cloud controller that may be the cause. */
    readonly failure?: Failure;
  };
  /** A confirmed Service, internal or not. */
  readonly declaration: { readonly declared: Declared };
  readonly balancer: {
    readonly balancer: LoadBalancer;
    /** Absent if it belongs to no registered cluster. */
    readonly cluster?: Cluster;
    /** Number of Private Link Services on it. */
    readonly privateLinkServices: number;
  };
  /** A frontend or a complete load balancer that no Service uses. */
  readonly orphan: { readonly candidate: Candidate };
  readonly cluster: {
    readonly view: ClusterView;
    /** Since the cluster last confirmed its Services; absent if it never did. */
    readonly confirmedMinutes?: number;
    /** Of the relay, as its probe reports; negative after it expired. */
    readonly certificateDaysLeft?: number;
    readonly staleMinutes: number;
    /** Conflicts with other registrations. */
    readonly contradictions?: readonly Contradiction[];
  };
  /** Permissions of the identities of a cluster on its virtual network. */
  readonly grant: {
    readonly cluster: Cluster;
    /** Actions that none of the identities has, by subnet. */
    readonly missing: readonly MissingGrant[];
    /** Why the role assignments could not be read. */
    readonly unreadable?: string;
  };
  /** An address for which Azure and the inventory differ. */
  readonly address: {
    readonly subnetId: string;
    readonly address: string;
    /** The resource that uses it in Azure; absent if there is none. */
    readonly holderId?: string;
    /** The resource that the inventory records; absent if there is none. */
    readonly recordedId?: string;
  };
  /** A requested static address that another resource or Service has. */
  readonly claim: {
    readonly declared: Declared;
    readonly what: "frontend" | "pls";
    readonly address: string;
    readonly subnet: SubnetRow;
    readonly holder: { readonly holderId: string } | { readonly claim: Claim };
  };
  /** A Service with claimed addresses that Azure reports as unavailable. */
  readonly unavailable: {
    readonly service: ServiceKey;
    readonly addresses: readonly {
      readonly address: string;
      readonly subnet: string;
      readonly problem: ClaimProblem;
    }[];
  };
  /** Claims in a subscription that is not watched, of Services that do not exist any more. */
  readonly unwatched: {
    readonly subscription: string;
    /** `place of Service`, as messages name them. */
    readonly claims: readonly string[];
  };
  readonly subscription: {
    readonly subscription: string;
    readonly privateLinkServices: number;
    /** Remaining requests as ARM reported them, the minimum of each kind. */
    readonly remaining: readonly Remaining[];
  };
  readonly subnet: {
    readonly subnet: SubnetRow;
    /** Names of Private Link Services whose NAT addresses are in it. */
    readonly privateLinkServices: readonly string[];
    /** Confirmed Services that declare a PLS with NAT addresses in it. */
    readonly requestedBy: readonly Declared[];
    readonly audit: Policy["audit"];
    readonly forecast?: Forecast;
  };
  readonly mooring: {
    /** Problems of the stored policy. */
    readonly policyProblems: readonly string[];
    readonly stopped?: { readonly why: string; readonly sinceUtc: string; readonly hours: number };
  };
  /** The inventory of one virtual network. */
  readonly inventory: {
    readonly vnetId: string;
    readonly scannedAtUtc: string;
    readonly ageMinutes: number;
    readonly staleMinutes: number;
  };
  readonly scope: { readonly scope: string; readonly auditedAtUtc: string; readonly ageHours: number };
  readonly queue: { readonly queue: QueueName; readonly poisoned: number };
  /** Last outcome of a scan, audit, sweep, poll or list for one subject. */
  readonly operation: { readonly outcome: Outcome };
  /** A journal entry of an interrupted write. */
  readonly journal: { readonly entry: JournalEntry; readonly openHours: number };
  readonly quarantined: { readonly row: Quarantined; readonly unprovedHours: number };
}

export interface MissingGrant {
  readonly subnet: string;
  readonly actions: readonly string[];
}

export type SubjectKind = keyof Subjects;

export type Draft = Pick<Finding, "about" | "message" | "advice"> &
  Partial<Pick<Finding, "cluster" | "declared" | "allowed" | "actual" | "planned">> & {
    /** For transient states: the finding opens only if the check still fails after this time. */
    readonly settlesWithinMinutes?: number;
  };

export interface Check<Kind extends SubjectKind = SubjectKind> {
  /** Kebab-case, `THING-VIOLATION`. Part of the contract: policies and documents refer to it. */
  readonly id: string;
  readonly title: string;
  /** Default; policy may override it. */
  readonly severity: Finding["severity"];
  /** Why it matters, for the documentation. */
  readonly docs: string;
  readonly on: Kind;
  readonly check: (subject: Subjects[Kind]) => Draft | undefined;
}

/** Keeps the type of the subject in the table. */
export function defineCheck<Kind extends SubjectKind>(check: Check<Kind>): Check<Kind> {
  return check;
}
