/** Settings of the app, parsed once from a passed-in environment. The README's table is generated from the schema. */
import { z } from "zod";
import { InvalidInput } from "./errors.ts";

const subscriptions = z
  .string()
  .transform((text) =>
    text
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  )
  .pipe(z.array(z.guid("not a subscription id")).min(1, "name at least one subscription"));

export const Settings = z.object({
  MOORING_SUBSCRIPTIONS: subscriptions.describe("Subscriptions to watch, separated by commas or spaces"),
  MOORING_ARM_ENDPOINT: z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .default("https://management.azure.com")
    .describe("Azure Resource Manager; another cloud's endpoint, or a sandbox"),
  AzureWebJobsStorage: z
    .string()
    .optional()
    .describe("Storage connection string; leave it out to use an identity"),
  AzureWebJobsStorage__accountName: z
    .string()
    .optional()
    .describe("Storage account reached with the app's managed identity"),
  MOORING_TABLE_PREFIX: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,30}$/, "letters and digits, starting with a letter")
    .default("mooring")
    .describe("Prefix of Mooring's tables"),
});
export type Settings = z.infer<typeof Settings>;

/** @throws InvalidInput naming every wrong or missing setting at once */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Settings.safeParse(env);
  const problems = parsed.success ? [] : parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`);
  if (!env["AzureWebJobsStorage"] && !env["AzureWebJobsStorage__accountName"])
    problems.push(
      "AzureWebJobsStorage: set it, or AzureWebJobsStorage__accountName, to say where storage is",
    );
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new InvalidInput(problems);
}
