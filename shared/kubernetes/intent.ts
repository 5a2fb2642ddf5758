/** What a Service declares, as the cloud controller manager reads it. Pure data. */

export interface PlsIntent {
  readonly create: true;
  /** Absent: the CCM keeps an existing name, else `pls-` + frontend name. */
  readonly name?: string;
  readonly resourceGroup?: string;
  /** Subnet name for NAT addresses; absent: the cluster's default subnet. */
  readonly subnet?: string;
  readonly natIpCount: number;
  readonly natIps: readonly string[];
  readonly primaryNatIp?: string;
  readonly fqdns: readonly string[];
  readonly proxyProtocol: boolean;
  readonly visibility: readonly string[];
  readonly autoApproval: readonly string[];
}

export interface ServicePort {
  readonly protocol: string;
  readonly port: number;
}

/** The single rule of a frontend with high-availability ports, as ARM represents it. */
export const EVERY_PORT: ServicePort = { protocol: "All", port: 0 };

export interface Intent {
  /** The CCM creates an internal load balancer frontend. */
  readonly internal: boolean;
  /** Subnet name; absent: the cluster's default subnet. */
  readonly subnet?: string;
  readonly addresses: { readonly ipv4?: string; readonly ipv6?: string };
  readonly ipFamilies: readonly ("IPv4" | "IPv6")[];
  readonly ports: readonly ServicePort[];
  readonly pls?: PlsIntent;
  /** `[cluster/]namespace/name` of the Service that this Service replaces. */
  readonly replaces?: string;
}

/** Identifies a Service. The uid is globally unique. */
export interface ServiceKey {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What a Service declares, with the strength of the evidence. */
export interface Declared extends ServiceKey {
  /**
   * `confirmation`: from the cluster's own list or watch. `proposal`: from an admission request, which the API server may still
   * have rejected. Both protect resources; only confirmations permit to delete, release or widen.
   */
  readonly strength: "confirmation" | "proposal";
  readonly observedAtUtc: string;
  /** The resource version of the Service; absent in proposals for a new Service. */
  readonly resourceVersion?: string;
  /** Set while the Service is leaving: it is being deleted, admission received its DELETE, or the last list did not contain it. */
  readonly deletedAtUtc?: string;
  /** Number of the first list that did not contain it; a second one removes the row. */
  readonly missingSince?: number;
  /** The deprecated `spec.loadBalancerIP` is set. */
  readonly usesLoadBalancerIp?: true;
  readonly intent: Intent;
}
