/** A registered cluster: its resources in Azure, and the tokens that may report for it. */
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly clusters: Table<Cluster>;
  }
}

export interface Cluster {
  readonly name: string;
  /** ARM id of the managed cluster. */
  readonly resourceId: string;
  /** Resource group in which the CCM creates load balancers and Private Link Services. */
  readonly nodeResourceGroup: string;
  readonly vnetId: string;
  /** Name of the subnet that the CCM uses when the Service specifies none. */
  readonly defaultSubnet: string;
  /** Newest first; two during rotation. */
  readonly tokens: readonly Token[];
  readonly registeredAtUtc: string;
  /** Absent until the first complete list of Services arrives: before that no resource of the cluster can be an orphan. */
  readonly identity?: ClusterIdentity;
  /** Present if the registration was not checked with ARM: such a cluster is never evidence for a delete. */
  readonly unchecked?: Unchecked;
  /**
   * Present if the last scan found that the managed cluster does not exist in Azure, and no other one took
   * its place.
   */
  readonly deletion?: Deletion;
}

/** A managed cluster that no longer exists. Its claims end only after this is proved. */
export interface Deletion {
  /** When a scan first found it. */
  readonly sinceUtc: string;
  /** When Mooring last received something from the cluster; absent if it never did. */
  readonly heardAtUtc?: string;
  /** When it was first proved; absent if the proof is incomplete. */
  readonly provedAtUtc?: string;
  /** What is missing for the proof. */
  readonly missing?: string;
}

/** Distinguishes clusters independently of name and token. */
export interface ClusterIdentity {
  /** uid of Service `default/kubernetes`. It does not change while the etcd data exist, even after a restore. */
  readonly uid: string;
  readonly boundAtUtc: string;
  /** Evidence that the lists are of this registration's cluster. Absent: not corroborated, so they prove nothing. */
  readonly corroboration?: Corroboration;
  /** Evidence that the lists are of another cluster, whatever corroborates them. A new binding removes it. */
  readonly mixUp?: MixUp;
}

/** A frontend of another registered cluster is named for a Service in the lists. */
export interface MixUp {
  /** Name of the frontend. */
  readonly frontend: string;
  /** Name of the cluster in whose node resource group the frontend is. */
  readonly cluster: string;
  /** True if that cluster does not list the Service: then its own lists are in doubt as well. */
  readonly isUnlisted: boolean;
  readonly atUtc: string;
}

/** A load balancer's frontend is named for a Service in the lists, or an operator confirmed the identity. */
export interface Corroboration {
  readonly by: "frontend" | "operator";
  readonly detail: string;
  readonly atUtc: string;
}

/** Why an operator registered a cluster without ARM's confirmation. */
export interface Unchecked {
  readonly reason: string;
  readonly atUtc: string;
}

export interface Token {
  /** SHA-256, lower-case hex. */
  readonly hash: string;
  readonly madeAtUtc: string;
  /** Absent: valid until rotation. */
  readonly endsAtUtc?: string;
}
