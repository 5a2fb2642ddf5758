/** What a check is: a pure question about one subject. The table is in `checks.ts`. */
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

/** What checks look at, by its kind. */
export interface Subjects {
  readonly pls: {
    readonly pls: PrivateLinkService;
    readonly cluster: Cluster;
    readonly owner?: Declared;
    /** The cluster has confirmed its Services once, or was deleted. */
    readonly isHeard: boolean;
    readonly policy: Policy;
    /** Who wrote it within the hour, if it differs from what is declared. */
    readonly touches: readonly Touch[];
  };
  /** A PLS on a cluster's frontend, whatever its tags say. */
  readonly marks: {
    readonly pls: PrivateLinkService;
    readonly cluster: Cluster;
    /** Living Services on that frontend, the one it is named for first. */
    readonly users: readonly Declared[];
  };
  readonly connection: {
    readonly connection: Connection;
    readonly pls: PrivateLinkService;
    readonly owner?: Declared;
    readonly cluster: Cluster;
    readonly policy: Policy;
  };
  /** A living internal Service with what Azure has for it. */
  readonly service: {
    readonly declared: Declared;
    readonly frontend?: Frontend;
    readonly pls?: PrivateLinkService;
    readonly ageMinutes: number;
    /** How long it may take. */
    readonly waitMinutes: number;
    /** What Azure refused its controller lately, if that may be why. */
    readonly failure?: Failure;
  };
  /** A living Service, internal or not. */
  readonly declaration: { readonly declared: Declared };
  readonly balancer: {
    readonly balancer: LoadBalancer;
    /** Absent: no registered cluster's. */
    readonly cluster?: Cluster;
    /** Private Link Services that stand on it. */
    readonly privateLinkServices: number;
  };
  /** A frontend, or a load balancer whole, that no living Service accounts for. */
  readonly orphan: { readonly candidate: Candidate };
  readonly cluster: {
    readonly view: ClusterView;
    /** Since the cluster confirmed its Services last; absent: it never did. */
    readonly confirmedMinutes?: number;
    /** Of the relay, as the sender saw it; negative when it has expired. */
    readonly certificateDaysLeft?: number;
    readonly staleMinutes: number;
    /** Other registrations that claim what this one claims. */
    readonly contradictions?: readonly Contradiction[];
  };
  /** What the identities of a cluster may do on its virtual network. */
  readonly grant: {
    readonly cluster: Cluster;
    /** Actions that none of them has, by subnet. */
    readonly missing: readonly MissingGrant[];
    /** Why nobody knows. */
    readonly unreadable?: string;
  };
  /** An address of which Azure and the inventory do not say the same. */
  readonly address: {
    readonly subnetId: string;
    readonly address: string;
    /** Who Azure says has it; absent: nobody any more. */
    readonly holderId?: string;
    /** Who the inventory says has it; absent: nobody. */
    readonly recordedId?: string;
  };
  /** A static address that a Service asks for, of which somebody else has it. */
  readonly claim: {
    readonly declared: Declared;
    readonly what: "frontend" | "pls";
    readonly address: string;
    readonly subnet: SubnetRow;
    readonly taken: { readonly holderId: string } | { readonly claim: Claim };
  };
  /** A Service with addresses that it claims and that Azure would not give it. */
  readonly unavailable: {
    readonly service: ServiceKey;
    readonly addresses: readonly {
      readonly address: string;
      readonly subnet: string;
      readonly problem: ClaimProblem;
    }[];
  };
  readonly subscription: {
    readonly subscription: string;
    readonly privateLinkServices: number;
    /** What ARM said remains, the least of each kind. */
    readonly remaining: readonly Remaining[];
  };
  readonly subnet: {
    readonly subnet: SubnetRow;
    /** Names of Private Link Services whose NAT addresses are in it. */
    readonly privateLinkServices: readonly string[];
    /** Living Services that declare a PLS with addresses in it. */
    readonly wants: readonly Declared[];
    readonly audit: Policy["audit"];
    readonly forecast?: Forecast;
  };
  readonly mooring: {
    /** What is wrong with the stored policy. */
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
  /** How a scan, audit, sweep, poll or list ended last for one subject. */
  readonly operation: { readonly outcome: Outcome };
  /** A journal entry that a crash left open. */
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
    /** It often settles by itself: open only if it is still so after this time. */
    readonly settlesWithinMinutes?: number;
  };

export interface Check<Kind extends SubjectKind = SubjectKind> {
  /** Kebab-case, named for the violation; the contract with policies and documents. */
  readonly id: string;
  readonly title: string;
  /** Until policy says otherwise. */
  readonly severity: Finding["severity"];
  /** Why it matters, for the documents. */
  readonly docs: string;
  readonly on: Kind;
  readonly check: (subject: Subjects[Kind]) => Draft | undefined;
}

/** Keeps the subject's type through the table. */
export function defineCheck<Kind extends SubjectKind>(check: Check<Kind>): Check<Kind> {
  return check;
}
