/** Schemas of applied policies and of what differs between them, for storage, API and dashboard. */
import * as z from "zod";

/** A policy that was applied. */
export const PolicyVersion = z.object({
  /** When it was applied; `default`: the built-in policy, which applies until one is applied. */
  version: z.string(),
  who: z.string().optional(),
  reason: z.string().optional(),
  /** The earlier version, if it is a rollback. */
  restores: z.string().optional(),
});
export type PolicyVersion = z.infer<typeof PolicyVersion>;

export const PolicyDifference = z.object({
  /** Setting, for example `modes.sweep`. */
  path: z.string(),
  /** Absent if the setting, or the entry of a list, is added. */
  before: z.unknown().optional(),
  /** Absent if it is removed. */
  after: z.unknown().optional(),
});
export type PolicyDifference = z.infer<typeof PolicyDifference>;
