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
  MOORING_LOCAL_OPERATOR: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe("Sandbox only: signs everybody on this machine in as an operator of this name"),
});
export type Settings = z.infer<typeof Settings>;

/** Azure sets one of them wherever it runs an app. */
const PLATFORM = ["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_APP_NAME"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** @throws InvalidInput naming every wrong or missing setting at once */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Settings.safeParse(env);
  const problems = parsed.success ? [] : parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`);
  if (!env["AzureWebJobsStorage"] && !env["AzureWebJobsStorage__accountName"])
    problems.push(
      "AzureWebJobsStorage: set it, or AzureWebJobsStorage__accountName, to say where storage is",
    );
  problems.push(...localOperatorProblems(env));
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new InvalidInput(problems);
}

/** Whoever reaches the app would be its operator: nothing but a sandbox may start so. */
function localOperatorProblems(env: Readonly<Record<string, string | undefined>>): string[] {
  if (env["MOORING_LOCAL_OPERATOR"] === undefined) return [];
  const endpoint = env["MOORING_ARM_ENDPOINT"] ?? "";
  const isLocal = URL.canParse(endpoint) && LOOPBACK.includes(new URL(endpoint).hostname);
  const platform = PLATFORM.filter((name) => env[name] !== undefined);
  return [
    ...(isLocal
      ? []
      : ["MOORING_LOCAL_OPERATOR: only where MOORING_ARM_ENDPOINT is a sandbox on this machine"]),
    ...platform.map((name) => `MOORING_LOCAL_OPERATOR: never in Azure, and ${name} is set`),
  ];
}
