/**
 * What a rule is. Rules are a table (`rules.ts`), one file per topic under `rules/`; `docs/reference/rules.md` is generated from it.
 * A rule reads only its input and answers with violations: no clock, no storage, no Azure.
 */
import type { PlsRow, SubnetRow } from "../inventory/model.ts";
import type { Intent } from "../kubernetes/intent.ts";

export type Severity = "deny" | "warn" | "off";

/** A Service as rules read it. */
export interface Declaration {
  readonly annotations: Readonly<Record<string, string>>;
  readonly intent: Intent;
  /** `spec.loadBalancerIP`, unchanged. */
  readonly loadBalancerIp: string;
  /** `spec.ipFamilyPolicy`, or "". */
  readonly familyPolicy: string;
  /** Addresses that the Service has now, from its status. */
  readonly liveAddresses: readonly string[];
}

export interface RuleInput extends Declaration {
  /** The Service before an update; absent on create. */
  readonly old?: Declaration;
  /** Subnets in Azure. Absent if the cluster's virtual network was never scanned, and offline. */
  readonly inventory?: Inventory;
  readonly neverScanned?: boolean;
  /** Private Link Services that are relevant for the Service. Absent: none is, or offline. */
  readonly privateLinkServices?: RelatedPrivateLinkServices;
  /** The cluster's node resource group, the default for Private Link Services. Absent: offline. */
  readonly nodeResourceGroup?: string;
  /** `old` comes from recorded declarations, which do not contain the addresses of its status. */
  readonly isRecorded?: boolean;
  /** The Service is being deleted, or its type is no longer LoadBalancer. */
  readonly leaving?: boolean;
  /** False: no other Service of the cluster has an internal IPv4 frontend. Absent: not read, or nothing depends on it. */
  readonly hasIpv4Frontend?: boolean;
  /** `spec.loadBalancerClass`. If set, another controller creates the load balancer and only rules `ofOtherControllers` apply. */
  readonly otherClass?: string;
  /** The annotations were found outside a Service. */
  readonly outside?: Outside;
  /** What policy allows for this Service; an absent list allows everything. */
  readonly allowed: Allowed;
}

/** Where annotations for a Service were found outside a Service. */
export interface Outside {
  /** Kind of the object, e.g. `HelmRelease`. */
  readonly kind: string;
  /** Kind and name of the object, e.g. `HelmRelease shop/web`. */
  readonly object: string;
  readonly path: string;
  /** `copied`: an operator may copy them to a Service; `unread`: none does; `text`: in text that cannot be read as YAML. */
  readonly reach: "copied" | "unread" | "text";
  /** Values, parameters and patches: the Service may have more annotations than these. */
  readonly isPartial?: true;
}

export interface RelatedPrivateLinkServices {
  /** The Service's own PLS, by the controller's owner tag. */
  readonly own?: PlsRow;
  /** Another Service's PLS with the requested name. */
  readonly named?: PlsRow;
  /** Another Service's PLS on the frontend that has the requested address. */
  readonly onFrontend?: PlsRow;
  /** The Service's own PLS on its current frontend, in any resource group. Absent: none is recorded. */
  readonly living?: readonly PlsRow[];
  /** Load balancers of the cluster that the Service may use, and that have Private Link Services of other Services. */
  readonly balancers?: readonly BalancerPrivateLinkServices[];
}

export interface BalancerPrivateLinkServices {
  /** Name of the load balancer. */
  readonly name: string;
  /** Number of Private Link Services of other Services on it. */
  readonly privateLinkServices: number;
}

export interface Allowed {
  /** Ranges (CIDR) that no Service may request. */
  readonly excludedRanges: readonly string[];
  /** Subscriptions, lower case, to which a PLS may be visible. */
  readonly visibility?: readonly string[];
  /** Subscriptions, lower case, that may be auto-approved. */
  readonly autoApproval?: readonly string[];
  /** Subnet names, lower case, for frontends. */
  readonly subnets?: readonly string[];
}

export interface Inventory {
  readonly vnetName: string;
  readonly subnets: readonly SubnetRow[];
  /** Name of the subnet that the CCM uses for the frontend. */
  readonly subnetName: string;
  /** That subnet, if it exists. */
  readonly subnet?: SubnetRow;
  /** The same for the PLS's NAT addresses. */
  readonly plsSubnetName: string;
  readonly plsSubnet?: SubnetRow;
  /** Minutes since the frontend's subnet was scanned, and how many policy allows. */
  readonly ageMinutes: number;
  readonly staleMinutes: number;
}

export interface Violation {
  /** Annotation key or field, e.g. `spec.loadBalancerIP`. */
  readonly field: string;
  readonly value: string;
  /** What is wrong, why, and what to do. */
  readonly message: string;
  readonly suggestions?: readonly string[];
  /** Limits the rule's severity: without Azure's state the violation may be wrong. */
  readonly atMost?: "warn";
}

export interface Rule {
  /** Kebab-case. Policies and documents refer to it. */
  readonly id: string;
  readonly title: string;
  /** Default; policy can change it. */
  readonly severity: Severity;
  /** What the rule reads, for `docs/rules.md`. */
  readonly reads: string;
  readonly needsState: boolean;
  /** The consequence of a violation, for `docs/rules.md`. */
  readonly docs: string;
  /**
   * The rule in CEL, for clusters without the webhook: true if the Service violates it. Reads `variables` (`cel.ts`). Absent if
   * CEL cannot express the rule; `undefined` if policy leaves nothing to check.
   */
  readonly cel?: (policy: CelPolicy) => string | undefined;
  /** Applies to Services whose load balancer another controller creates; all other rules apply to the rest. */
  readonly ofOtherControllers?: true;
  /** Fires if an annotation is absent: at most a warning where not all annotations are visible. */
  readonly firesOnAbsence?: true;
  /** Limits the rule's severity in CEL, which has no state. */
  readonly celAtMost?: "warn";
  readonly check: (input: RuleInput) => readonly Violation[];
}

/** The policy for all namespaces of a cluster. */
export interface CelPolicy extends Omit<Allowed, "subnets"> {
  readonly subnets: readonly {
    readonly namespaces?: readonly string[] | undefined;
    readonly allowed: readonly string[];
  }[];
}

/** A list of strings in CEL; the texts may contain quotes. */
export function celList(texts: readonly string[]): string {
  return `[${texts.map(celText).join(", ")}]`;
}

export function celText(text: string): string {
  // CEL supports all escapes of JSON except that of the slash, which JSON.stringify does not use.
  return JSON.stringify(text);
}

export interface RuleFinding extends Omit<Violation, "atMost"> {
  readonly rule: string;
  readonly severity: Exclude<Severity, "off">;
}
