/** The verdict of the admission rules on a pasted Service. */
import * as z from "zod";

export const CheckRequest = z.strictObject({
  cluster: z.string().min(1),
  /**
   * One Service as YAML or JSON. Parsing some YAML takes quadratic time, during which the process admits no
   * Service.
   */
  manifest: z
    .string()
    .min(1)
    .max(32 * 1024),
});
export const Verdict = z.object({
  service: z.string(),
  decision: z.enum(["allow", "warn", "deny"]),
  /** The output of kubectl. */
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
  /** The subnets of its addresses, for the map. */
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
