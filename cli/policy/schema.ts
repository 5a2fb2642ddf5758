import * as z from "zod";
import { RULES } from "../../shared/admission/rules.ts";
import { EVERY_RULE } from "../../shared/policy/modes.ts";
import { Policy } from "../../shared/policy/policy.ts";

/** JSON Schema of the policy document, for editors; includes the ids of rules. @see https://json-schema.org/draft/2020-12 */
export function policySchema(): object {
  const severities = z.toJSONSchema(
    z.partialRecord(z.enum([EVERY_RULE, ...RULES.map(({ id }) => id)]), z.enum(["deny", "warn", "off"])),
  );
  const { $schema: _, ...rules } = severities;
  return z.toJSONSchema(Policy, {
    io: "input",
    override: ({ jsonSchema, path }) => {
      if (path.at(-1) === "rules" && jsonSchema.type === "object") Object.assign(jsonSchema, rules);
    },
  });
}
