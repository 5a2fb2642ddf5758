/** A registered cluster: where it lives in Azure and who may speak for it. */
export interface Cluster {
  readonly name: string;
  /** ARM id of the managed cluster. */
  readonly resourceId: string;
  /** Resource group in which the CCM builds load balancers and Private Link Services. */
  readonly nodeResourceGroup: string;
  readonly vnetId: string;
  /** Name of the subnet that the CCM takes when the Service names none. */
  readonly defaultSubnet: string;
  /** The newest first; two during rotation. */
  readonly tokens: readonly Token[];
  readonly registeredAtUtc: string;
  /** Absent until the first complete list of Services arrived: before that nothing of the cluster can be judged an orphan. */
  readonly identity?: ClusterIdentity;
  /** Present if ARM was not asked at registration: such a cluster is never evidence for a delete. */
  readonly unchecked?: Unchecked;
}

/** What tells one cluster from another, whatever its name and its token. */
export interface ClusterIdentity {
  /** uid of Service `default/kubernetes`; it lasts as long as the cluster's etcd data, also after a restore. */
  readonly uid: string;
  readonly boundAtUtc: string;
  /** Why the lists are known to be of this registration's cluster; absent: not corroborated, so nothing can be proved by them. */
  readonly corroboration?: Corroboration;
}

/** The controller named a load balancer's frontend for a Service that the lists have, or an operator confirmed the identity. */
export interface Corroboration {
  readonly by: "frontend" | "operator";
  readonly detail: string;
  readonly atUtc: string;
}

/** Why an operator registered a cluster although ARM was not asked, or did not agree. */
export interface Unchecked {
  readonly reason: string;
  readonly atUtc: string;
}

export interface Token {
  /** SHA-256, lower-case hex. */
  readonly hash: string;
  readonly madeAtUtc: string;
  /** Absent: until it is rotated. */
  readonly endsAtUtc?: string;
}
