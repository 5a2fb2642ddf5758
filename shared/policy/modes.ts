/** Settings of the policy that state what is done where: modes, scope, and exceptions for clusters and namespaces. */
import * as z from "zod";

const mode = z.enum(["observe", "enforce"]);

/** `warn`: admission allows what it would refuse, with warnings. */
export const AdmissionMode = z.enum(["warn", "enforce"]);
export type AdmissionMode = z.infer<typeof AdmissionMode>;

const only = (what: string) => z.array(z.string()).optional().describe(`Only ${what}; absent means all`);
const never = (what: string) => z.array(z.string()).default([]).describe(`Never ${what}`);

const capabilityScope = z.strictObject({
  subscriptions: only("these subscriptions"),
  excludeSubscriptions: never("these subscriptions"),
  resourceGroups: only("these resource groups, in any case"),
  excludeResourceGroups: never("these resource groups, in any case"),
  clusters: only("these clusters"),
  excludeClusters: never("these clusters"),
  namespaces: only("resources of Services in these namespaces"),
  excludeNamespaces: never("resources of Services in these namespaces"),
  names: only("resources with these names; * matches any text"),
  excludeNames: never("resources with these names; * matches any text"),
  excludeTags: never("resources with these tags, as KEY=VALUE"),
});

/** In `rules`: every rule that is not named there and is not off by default. */
export const EVERY_RULE = "*";

export const severities = z.record(z.string(), z.enum(["deny", "warn", "off"]));

/** An entry without clusters applies to all clusters; likewise for namespaces. */
export const place = {
  clusters: z.array(z.string()).optional(),
  namespaces: z.array(z.string()).optional(),
};

/** Exceptions from `rules` and `modes.admission`. */
export const overrides = z
  .array(
    z.strictObject({
      ...place,
      rules: severities.default({}),
      modes: z.strictObject({ admission: AdmissionMode.optional() }).prefault({}),
    }),
  )
  .default([])
  .describe(
    "Severities and admission mode for some clusters or namespaces; the last matching entry that sets one applies",
  );

export const modes = z
  .strictObject({
    admission: AdmissionMode.default("enforce").describe(
      "Refuse Services that violate a rule with severity deny; warn allows and records them",
    ),
    privateLinkServices: mode
      .default("enforce")
      .describe("Restore visibility and auto-approval to the declared values"),
    connections: mode
      .default("enforce")
      .describe("Approve pending connections from auto-approved subscriptions"),
    rejections: mode
      .default("observe")
      .describe("Reject connections according to `connections`; operators can always reject"),
    sweep: mode.default("observe").describe("Delete orphans after their grace period"),
  })
  .prefault({});

export const scope = z
  .strictObject({
    privateLinkServices: capabilityScope.prefault({}),
    connections: capabilityScope.prefault({}),
    rejections: capabilityScope.prefault({}),
    sweep: capabilityScope.prefault({}),
  })
  .prefault({});
