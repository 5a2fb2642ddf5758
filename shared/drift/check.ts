/** What a check is: a pure question about one subject. The table is in `checks.ts`. */
import type { Touch } from "../changes/touches.ts";
import type { Cluster } from "../clusters/model.ts";
import type { SubnetRow } from "../inventory/model.ts";
import type { Declared } from "../intents/model.ts";
import type { Connection, Frontend, Link, LoadBalancer } from "../network/model.ts";
import type { Policy } from "../policy.ts";
import type { ClusterView } from "../orphans/world.ts";
import type { Finding } from "./finding.ts";

export interface Subjects {
  readonly link: {
    readonly link: Link;
    readonly cluster: Cluster;
    readonly owner?: Declared;
    readonly policy: Policy;
    /** Who wrote it within the hour, if it differs from what is declared. */
    readonly touches: readonly Touch[];
  };
  readonly connection: {
    readonly connection: Connection;
    readonly link: Link;
    readonly owner?: Declared;
    readonly cluster: Cluster;
    readonly policy: Policy;
  };
  /** A living internal Service with what Azure has for it. */
  readonly service: {
    readonly declared: Declared;
    readonly frontend?: Frontend;
    readonly link?: Link;
    readonly ageMinutes: number;
  };
  readonly balancer: { readonly balancer: LoadBalancer };
  readonly cluster: {
    readonly view: ClusterView;
    readonly snapshotAgeMinutes?: number;
    readonly staleMinutes: number;
  };
  readonly subnet: { readonly subnet: SubnetRow; readonly hasLinks: boolean };
}

export type SubjectKind = keyof Subjects;

export type Draft = Pick<Finding, "about" | "message" | "advice"> &
  Partial<Pick<Finding, "cluster" | "declared" | "allowed" | "actual" | "planned">> & {
    /** It often settles by itself: open only if it is still so after this time. */
    readonly settlesWithinMinutes?: number;
  };

export interface Check<Kind extends SubjectKind = SubjectKind> {
  readonly id: string;
  readonly title: string;
  readonly severity: Finding["severity"];
  /** Why it matters, for the documents. */
  readonly docs?: string;
  readonly on: Kind;
  readonly check: (subject: Subjects[Kind]) => Draft | undefined;
}

/** Keeps the subject's type through the table. */
export function defineCheck<Kind extends SubjectKind>(check: Check<Kind>): Check<Kind> {
  return check;
}
