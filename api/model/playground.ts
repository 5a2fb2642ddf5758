/** The gate's verdict on a pasted Service. */
import * as z from "zod";

export const CheckRequest = z.strictObject({
  cluster: z.string().min(1),
  /** YAML or JSON; one Service. Some YAML takes time by the square of its length, in which the process admits nobody. */
  manifest: z
    .string()
    .min(1)
    .max(32 * 1024),
});
export const Verdict = z.object({
  service: z.string(),
  decision: z.enum(["allow", "warn", "deny"]),
  /** As kubectl would print it. */
  kubectl: z.string(),
  findings: z.array(
    z.object({
      rule: z.string(),
      severity: z.enum(["deny", "warn"]),
      field: z.string(),
      message: z.string(),
      suggestions: z.array(z.string()),
    }),
  ),
  /** Where its addresses would be, for the map. */
  places: z.array(
    z.object({
      subnetKey: z.string(),
      subnet: z.string(),
      address: z.string().optional(),
      suggestions: z.array(z.string()),
      free: z.boolean().optional(),
    }),
  ),
});
export type Verdict = z.infer<typeof Verdict>;
