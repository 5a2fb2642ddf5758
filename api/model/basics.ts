/** Common schemas: severities, roles, problems, pages. */
import * as z from "zod";

export { FindingState } from "../../shared/findings/finding.ts";
export { Counts, Severity } from "../../shared/severity.ts";

export const Role = z.enum(["Mooring.Reader", "Mooring.Operator"]);
export type Role = z.infer<typeof Role>;

/** An observation that a change or a verdict is based on. */
export const Evidence = z.object({
  says: z.string(),
  source: z.string(),
  atUtc: z.string(),
  /** resourceVersion, if the cluster confirmed it. */
  version: z.string().optional(),
});

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** Every problem, one sentence each. */
  problems: z.array(z.string()),
});
export type Problem = z.infer<typeof Problem>;

/** One page of a list; pass `continuation` to get the next page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), continuation: z.string().optional() });
export interface Page<T> {
  items: T[];
  continuation?: string | undefined;
}

export const Me = z.object({
  name: z.string(),
  roles: z.array(Role),
  /** True in the local sandbox: the playground is available. */
  isSandbox: z.boolean(),
  version: z.string(),
  /** Set while changes to Azure are stopped. */
  stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional(),
});
export type Me = z.infer<typeof Me>;
