/** Private Link Services and the connections to them. */
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
  /** Pending, Approved, Rejected or Disconnected, or a state that Azure introduced since. */
  status: z.string(),
  description: z.string(),
  /** True if the consumer's subscription is declared in auto-approval. */
  declared: z.boolean(),
  /** Set where nothing may be decided, and why. */
  closed: z.string().optional(),
});
export type Connection = z.infer<typeof Connection>;
export const Decision = z.strictObject({
  status: z.enum(["Approved", "Rejected"]),
  reason: z.string().trim().min(1).max(200),
});
export type Decision = z.infer<typeof Decision>;

/** A field as declared, as policy leaves it, and as it is. */
export const FieldComparison = z.object({
  field: z.string(),
  declared: z.array(z.string()).optional(),
  allowed: z.array(z.string()).optional(),
  actual: z.array(z.string()),
  differs: z.boolean(),
  /** True where Mooring puts it back. */
  managed: z.boolean(),
});
export const PlsSummary = z.object({
  key: z.string(),
  id: z.string(),
  name: z.string(),
  subscription: z.string(),
  resourceGroup: z.string(),
  cluster: z.string().optional(),
  /** `namespace/name` as tagged by the controller. */
  service: z.string().optional(),
  /** `unowned`: no living Service is proved to own it. */
  state: z.enum(["as declared", "differs", "unowned", "off"]),
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
  /** Service → frontend → PLS → connections → consumers. */
  graph: z.object({ nodes: z.array(GraphNode), edges: z.array(z.tuple([z.string(), z.string()])) }),
  /** What a reconcile would do now. */
  plan: Plan,
});
export type PrivateLinkService = z.infer<typeof PrivateLinkService>;
