/** What a Service declares, as the cloud controller manager would read it. Pure data. */

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

/** The one rule of a frontend with high-availability ports, as ARM writes it. */
export const EVERY_PORT: ServicePort = { protocol: "All", port: 0 };

export interface Intent {
  /** Builds an internal load balancer frontend. */
  readonly internal: boolean;
  /** Subnet name; absent: the cluster's default subnet. */
  readonly subnet?: string;
  readonly addresses: { readonly ipv4?: string; readonly ipv6?: string };
  readonly ipFamilies: readonly ("IPv4" | "IPv6")[];
  readonly ports: readonly ServicePort[];
  readonly pls?: PlsIntent;
  /** `[cluster/]namespace/name` of the Service whose addresses and names this one takes over. */
  readonly replaces?: string;
}

/** Which Service: unique in the world while `uid` is. */
export interface ServiceKey {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What one Service declares, with how far it may be believed. */
export interface Declared extends ServiceKey {
  /**
   * `confirmation`: the cluster's own list or watch has it. `proposal`: admission saw it, and the API server may still have refused it.
   * Both protect; only confirmations delete, release or widen.
   */
  readonly strength: "confirmation" | "proposal";
  readonly observedAtUtc: string;
  /** Of the Service as confirmed; absent in proposals. */
  readonly resourceVersion?: string;
  /** Set while the Service leaves: it is being deleted, admission saw its DELETE, or the last list lacked it. */
  readonly deletedAtUtc?: string;
  /** Number of the first list that lacked it; a second one removes the row. */
  readonly missingSince?: number;
  /** The deprecated `spec.loadBalancerIP` is set. */
  readonly usesLoadBalancerIp?: true;
  readonly intent: Intent;
}
