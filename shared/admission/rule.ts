/**
 * What a rule is. Rules are a table (`rules.ts`), one file per topic under `rules/`; `docs/rules.md` is generated from it.
 * A rule reads only its input and answers with violations: no clock, no storage, no Azure.
 */
import type { PlsRow, SubnetRow } from "../inventory/model.ts";
import type { Intent } from "../kubernetes/intent.ts";

export type Severity = "deny" | "warn" | "off";

/** A Service as the rules see it. */
export interface Declaration {
  readonly annotations: Readonly<Record<string, string>>;
  readonly intent: Intent;
  /** `spec.loadBalancerIP` as it stands. */
  readonly loadBalancerIp: string;
  /** `spec.ipFamilyPolicy`, or "". */
  readonly familyPolicy: string;
  /** Addresses that the Service has now, from its status. */
  readonly liveAddresses: readonly string[];
}

export interface RuleInput extends Declaration {
  /** The Service before an update; absent on create. */
  readonly old?: Declaration;
  /** What Azure has: absent while the cluster's virtual network was never scanned, and offline. */
  readonly inventory?: Inventory;
  readonly neverScanned?: boolean;
  /** Private Link Services that concern the Service; absent: none does, or offline. */
  readonly privateLinkServices?: MetPrivateLinkServices;
  /** The cluster's, where Private Link Services are that name no other; absent: not known. */
  readonly nodeResourceGroup?: string;
  /** The Service before the update comes from recorded declarations, which have no addresses of its status. */
  readonly isRecorded?: boolean;
  /** The Service is being deleted, or will be no load balancer any more. */
  readonly leaving?: boolean;
  /** False: no other Service of the cluster has an internal IPv4 frontend. Absent: not known, or nothing depends on it. */
  readonly hasIpv4Frontend?: boolean;
  /** `spec.loadBalancerClass`: the load balancer is another controller's, and rules about those of the Azure controller are not asked. */
  readonly otherClass?: string;
  /** The annotations were found outside a Service. */
  readonly outside?: Outside;
  /** What the organisation allows this Service; absent means everything. */
  readonly allowed: Allowed;
}

/** Where annotations for a Service were found that is not written there itself. */
export interface Outside {
  /** Of the object, e.g. `HelmRelease`. */
  readonly kind: string;
  /** Kind and name of the object, e.g. `HelmRelease shop/web`. */
  readonly object: string;
  readonly path: string;
  /** `copied`: an operator may copy them to a Service; `unread`: none does; `text`: in text that cannot be read as YAML. */
  readonly reach: "copied" | "unread" | "text";
  /** Values, parameters and patches: the Service may have annotations that are not seen here. */
  readonly isPartial?: true;
}

export interface MetPrivateLinkServices {
  /** The Service's own, by the controller's marks. */
  readonly own?: PlsRow;
  /** Somebody else's PLS with the name that is asked for. */
  readonly named?: PlsRow;
  /** Somebody else's PLS on the frontend that has the asked address. */
  readonly onFrontend?: PlsRow;
  /** The Service's own on the frontend that it has, in any resource group; absent: none is known. */
  readonly living?: readonly PlsRow[];
  /** Load balancers of the cluster on which the Service may come to be, and that have Private Link Services of others. */
  readonly balancers?: readonly BalancerPrivateLinkServices[];
}

export interface BalancerPrivateLinkServices {
  /** Of the load balancer. */
  readonly name: string;
  /** How many Private Link Services of others it has. */
  readonly privateLinkServices: number;
}

export interface Allowed {
  /** Ranges (CIDR) that no Service may ask for. */
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
  /** Name of the subnet that the CCM will take for the frontend. */
  readonly subnetName: string;
  /** That subnet, if it is there. */
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
  /** However severe the rule is: without Azure's state it may be wrong. */
  readonly atMost?: "warn";
}

export interface Rule {
  /** Kebab-case; the contract with policies and documents. */
  readonly id: string;
  readonly title: string;
  /** Until policy says otherwise. */
  readonly severity: Severity;
  /** What it reads, for the documents. */
  readonly reads: string;
  readonly needsState: boolean;
  /** Why it matters, for the documents. */
  readonly docs: string;
  /**
   * The same in CEL, for clusters without us: true if the rule fires. Reads `variables` (`cel.ts`). Absent where CEL cannot say it;
   * `undefined` where policy leaves nothing to check.
   */
  readonly cel?: (policy: CelPolicy) => string | undefined;
  /** Judges Services whose load balancer is another controller's; all other rules judge the rest. */
  readonly ofOtherControllers?: true;
  /** Fires because an annotation is absent: no more than a warning where not all annotations are seen. */
  readonly firesOnAbsence?: true;
  /** However severe the rule is, in CEL, which has no state. */
  readonly celAtMost?: "warn";
  readonly check: (input: RuleInput) => readonly Violation[];
}

/** What policy says of a whole cluster. */
export interface CelPolicy extends Omit<Allowed, "subnets"> {
  readonly subnets: readonly {
    readonly namespaces?: readonly string[] | undefined;
    readonly allowed: readonly string[];
  }[];
}

/** A list of strings in CEL: any text, whatever quotes it has. */
export function celList(texts: readonly string[]): string {
  return `[${texts.map(celText).join(", ")}]`;
}

export function celText(text: string): string {
  // JSON's escapes are CEL's, but for the solidus, which JSON.stringify leaves alone.
  return JSON.stringify(text);
}

export interface RuleFinding extends Omit<Violation, "atMost"> {
  readonly rule: string;
  readonly severity: Exclude<Severity, "off">;
}
