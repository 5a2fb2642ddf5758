/** The first page. */
import * as z from "zod";
import { Counts } from "./basics.ts";
import { Audit, TrendDay } from "./findings.ts";

export const ClusterHealth = z.object({
  name: z.string(),
  resourceId: z.string(),
  services: z.int(),
  /** When it confirmed its Services last. */
  confirmedAtUtc: z.string().optional(),
  /** `silent`: it confirmed nothing for longer than policy allows. `gone`: the last audit saw that Azure does not have it any more. */
  state: z.enum(["ok", "silent", "never heard of", "gone"]),
  findings: Counts,
  /** The uid of the cluster's Service `default/kubernetes`; absent until its first complete list arrived. */
  identity: z.object({ uid: z.string(), boundAtUtc: z.string() }).optional(),
  /** Present if ARM was not asked at registration: such a cluster is never evidence for a delete. */
  unchecked: z.object({ reason: z.string(), atUtc: z.string() }).optional(),
  /** Other registrations that claim the same managed cluster, node resource group or identity. */
  contradictions: z.array(z.string()),
});
export type ClusterHealth = z.infer<typeof ClusterHealth>;
export const Overview = z.object({
  needs: z.object({
    /** Connections that wait for a person. */
    connections: z.int(),
    quarantined: z.int(),
    /** Of those, due within a day. */
    dueSoon: z.int(),
    findings: Counts,
    acknowledged: z.int(),
  }),
  trend: z.array(TrendDay),
  audits: z.array(Audit),
  clusters: z.array(ClusterHealth),
  mooring: z.object({
    /** Set while nothing is written to Azure. */
    stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional(),
    modes: z.record(z.string(), z.enum(["observe", "enforce"])),
    policyAppliedAtUtc: z.string().optional(),
    /** The oldest scan of a virtual network. */
    scannedAtUtc: z.string().optional(),
    auditedAtUtc: z.string().optional(),
    subscriptions: z.int(),
    problems: z.array(z.string()),
  }),
});
export type Overview = z.infer<typeof Overview>;
