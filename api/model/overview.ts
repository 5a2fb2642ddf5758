/** The overview page. */
import * as z from "zod";
import { Counts } from "./basics.ts";
import { Audit, TrendDay } from "./findings.ts";

export const ClusterHealth = z.object({
  name: z.string(),
  resourceId: z.string(),
  services: z.int(),
  /** When the cluster last confirmed its Services. */
  confirmedAtUtc: z.string().optional(),
  /**
   * `silent`: no confirmation for longer than the policy allows. `deleted`: Azure did not have the cluster
   * at the last audit.
   */
  state: z.enum(["ok", "silent", "never reported", "deleted"]),
  findings: Counts,
  /** The uid of Service `default/kubernetes` of the cluster; absent until its first complete list arrived. */
  identity: z.object({ uid: z.string(), boundAtUtc: z.string() }).optional(),
  /**
   * Present if registration did not check the cluster in ARM: such a cluster is never evidence for a
   * delete.
   */
  unchecked: z.object({ reason: z.string(), atUtc: z.string() }).optional(),
  /** Other registrations that claim the same managed cluster, node resource group or identity. */
  contradictions: z.array(z.string()),
});
export type ClusterHealth = z.infer<typeof ClusterHealth>;

export const RegisteredCluster = ClusterHealth.extend({
  nodeResourceGroup: z.string(),
  vnetId: z.string(),
  defaultSubnet: z.string(),
  registeredAtUtc: z.string(),
  /** Evidence that the lists are of this cluster; absent while there is none. */
  corroboration: z.object({ by: z.enum(["frontend", "operator"]), detail: z.string() }).optional(),
  /** The valid tokens, newest first; never the tokens themselves. */
  tokens: z.array(z.object({ madeAtUtc: z.string(), endsAtUtc: z.string().optional() })),
});
export type RegisteredCluster = z.infer<typeof RegisteredCluster>;
export const Overview = z.object({
  needs: z.object({
    /** Pending private endpoint connections. */
    connections: z.int(),
    quarantined: z.int(),
    /** Those of `quarantined` that are due within a day. */
    dueSoon: z.int(),
    findings: Counts,
    acknowledged: z.int(),
  }),
  trend: z.array(TrendDay),
  audits: z.array(Audit),
  clusters: z.array(ClusterHealth),
  mooring: z.object({
    /** Set while changes to Azure are stopped. */
    stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional(),
    modes: z.record(z.string(), z.enum(["observe", "warn", "enforce"])),
    policyAppliedAtUtc: z.string().optional(),
    /** The oldest scan of a virtual network. */
    scannedAtUtc: z.string().optional(),
    auditedAtUtc: z.string().optional(),
    subscriptions: z.int(),
    problems: z.array(z.string()),
  }),
});
export type Overview = z.infer<typeof Overview>;
