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
  /** SHA-256 of each valid token, lower-case hex; two during rotation. */
  readonly tokenHashes: readonly string[];
  readonly registeredAtUtc: string;
}
