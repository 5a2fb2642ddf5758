/** Private Link Services and their private endpoint connections. */
import * as z from "zod";
import { Plan } from "./plans.ts";

export const Connection = z.object({
  key: z.string(),
  id: z.string(),
  name: z.string(),
  pls: z.string(),
  plsKey: z.string(),
  cluster: z.string().optional(),
  service: z.string().optional(),
  /** Subscription of the consumer. */
  consumer: z.string().optional(),
  endpointId: z.string().optional(),
  /** Pending, Approved, Rejected, Disconnected, or a state that Azure introduced later. */
  status: z.string(),
  description: z.string(),
  /** True if the auto-approval list of the Service contains the subscription of the consumer. */
  declared: z.boolean(),
  /** The reason why the connection cannot be approved or rejected; absent if it can. */
  closed: z.string().optional(),
});
export type Connection = z.infer<typeof Connection>;
export const Decision = z.strictObject({
  status: z.enum(["Approved", "Rejected"]),
  reason: z.string().trim().min(1).max(200),
});
export type Decision = z.infer<typeof Decision>;

/** A field as declared, as allowed by policy, and as it is in Azure. */
export const FieldComparison = z.object({
  field: z.string(),
  declared: z.array(z.string()).optional(),
  allowed: z.array(z.string()).optional(),
  actual: z.array(z.string()),
  differs: z.boolean(),
  /** True if Mooring reconciles the field. */
  managed: z.boolean(),
});
export const PlsSummary = z.object({
  key: z.string(),
  id: z.string(),
  name: z.string(),
  subscription: z.string(),
  resourceGroup: z.string(),
  cluster: z.string().optional(),
  /** `namespace/name` from the tag of the cloud controller. */
  service: z.string().optional(),
  /** `unowned`: no existing Service is confirmed as its owner. */
  state: z.enum(["as declared", "differs", "unowned", "off"]),
  visibility: z.array(z.string()).describe("Subscriptions that see it; `*`: every subscription"),
  differs: z.array(z.string()),
  connections: z.object({ pending: z.int(), approved: z.int(), rejected: z.int(), disconnected: z.int() }),
});
export type PlsSummary = z.infer<typeof PlsSummary>;
export const GraphNode = z.object({
  id: z.string(),
  kind: z.enum(["service", "frontend", "pls", "connection", "consumer"]),
  label: z.string(),
  detail: z.string().optional(),
});
export const PrivateLinkService = PlsSummary.extend({
  alias: z.string(),
  location: z.string(),
  provisioningState: z.string(),
  tags: z.record(z.string(), z.string()),
  fields: z.array(FieldComparison),
  connectionList: z.array(Connection),
  /** Service → frontend → PLS → private endpoint connections → consumers. */
  graph: z.object({ nodes: z.array(GraphNode), edges: z.array(z.tuple([z.string(), z.string()])) }),
  /** The changes that a reconcile would make now. */
  plan: Plan,
});
export type PrivateLinkService = z.infer<typeof PrivateLinkService>;
