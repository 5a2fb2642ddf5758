/** The verdicts of the admission rules on all Services of a deployment, as `mooring check` requests them. */
import * as z from "zod";
import { Service } from "../../shared/kubernetes/service.ts";
import { PolicyDocument } from "./policy.ts";

/** So many Services are evaluated in one call. */
export const MOST_MANIFESTS = 1000;

const Outside = z.strictObject({
  kind: z.string(),
  object: z.string(),
  path: z.string(),
  reach: z.enum(["copied", "unread", "text"]),
  isPartial: z.literal(true).optional(),
});

const Manifests = z
  .array(z.strictObject({ service: Service, outside: Outside.optional() }))
  .max(MOST_MANIFESTS);

export const CheckServices = z.strictObject({
  cluster: z.string().min(1),
  /** Services, and annotations of other objects that an operator copies to a Service (`outside`). */
  manifests: Manifests,
  /** Existing Services; for others the recorded declarations are used. */
  old: Manifests.default([]),
  /** Used instead of the active policy. */
  policy: PolicyDocument.optional(),
});

export const Verdicts = z.object({
  /** Without the manifests to which no rule applies, in their order. */
  verdicts: z.array(
    z.object({
      manifest: z.int().describe("Position in `manifests`, from 0"),
      decision: z.enum(["allow", "warn", "deny"]),
      findings: z.array(
        z.object({
          rule: z.string(),
          severity: z.enum(["deny", "warn"]),
          field: z.string(),
          value: z.string(),
          message: z.string(),
          suggestions: z.array(z.string()),
        }),
      ),
    }),
  ),
});
export type Verdicts = z.infer<typeof Verdicts>;
