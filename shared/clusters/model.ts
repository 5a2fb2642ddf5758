/** A registered cluster: where it lives in Azure and who may speak for it. */
export interface Cluster {
  readonly name: string;
  /** ARM id of the managed cluster. */
  readonly resourceId: string;
  /** Resource group in which the CCM builds load balancers and links. */
  readonly nodeResourceGroup: string;
  readonly vnetId: string;
  /** Name of the subnet that the CCM takes when the Service names none. */
  readonly defaultSubnet: string;
  /** The newest first; two during rotation. */
  readonly tokens: readonly Token[];
  readonly registeredAtUtc: string;
}

export interface Token {
  /** SHA-256, lower-case hex. */
  readonly hash: string;
  readonly madeAtUtc: string;
  /** Absent: until it is rotated. */
  readonly endsAtUtc?: string;
}
