/** What a Service declares, as the cloud controller manager would read it. Pure data. */

export interface LinkIntent {
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

export interface Intent {
  /** Builds an internal load balancer frontend. */
  readonly internal: boolean;
  /** Subnet name; absent: the cluster's default subnet. */
  readonly subnet?: string;
  readonly addresses: { readonly ipv4?: string; readonly ipv6?: string };
  readonly ipFamilies: readonly ("IPv4" | "IPv6")[];
  readonly ports: readonly ServicePort[];
  readonly link?: LinkIntent;
}

/** Which Service: unique in the world while `uid` is. */
export interface ServiceKey {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** One remembered declaration: the newest of what admission and snapshots said. */
export interface Declared extends ServiceKey {
  readonly origin: "admission" | "snapshot";
  readonly observedAtUtc: string;
  /** Set when admission saw a DELETE or a type change away from LoadBalancer; a snapshot removes the row for good. */
  readonly deletedAtUtc?: string;
  /** The deprecated `spec.loadBalancerIP` is set. */
  readonly usesLoadBalancerIp?: true;
  readonly intent: Intent;
}

/** The last complete list a cluster sent. */
export interface Snapshot {
  readonly cluster: string;
  readonly takenAtUtc: string;
  readonly services: number;
  /** The most that a snapshot of the last seven days had, this one aside. */
  readonly previousServices: number;
  /** The most of each of those days, by date. */
  readonly byDay?: Readonly<Record<string, number>>;
  /** What the snapshot job heard when it asked the relay as an API server does; absent if it did not. */
  readonly webhook?: WebhookProbe;
  /** Services that snapshots showed and admission had not announced, since admission was last heard of. */
  readonly unannounced?: Unannounced;
}

export interface WebhookProbe {
  /** `ok`, or why the relay did not answer as it must, in a few words. */
  readonly verdict: string;
  /** Of the relay's certificate. */
  readonly certificateEndsAtUtc?: string;
}

export interface Unannounced {
  readonly count: number;
  readonly lastAtUtc: string;
  /** One of them, `namespace/name`. */
  readonly example: string;
}
