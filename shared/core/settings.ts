/** Settings of the app, parsed once from a passed-in environment. The README's table is generated from the schema. */
import * as z from "zod";
import { InvalidInput } from "./errors.ts";
import { misnamed, type Environment } from "./settingNames.ts";

const subscriptions = z
  .string("not set")
  .transform((text) => [...new Set(text.toLowerCase().split(/[\s,]+/))].filter(Boolean))
  .pipe(z.array(z.guid("not a subscription id")).min(1, "name at least one subscription"));

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.includes(hostname));
}

const SECRET_CHARACTERS = 24;
const SECRET_BYTES = { least: 24, most: 64 };

/** What Standard Webhooks ask of a secret. */
function isLongEnough(secret: string): boolean {
  const [, base64] = /^whsec_(.*)$/.exec(secret) ?? [];
  if (base64 === undefined) return secret.length >= SECRET_CHARACTERS;
  const bytes = Buffer.from(base64, "base64");
  const isBase64 = bytes.toString("base64").replace(/=+$/, "") === base64.replace(/=+$/, "");
  return isBase64 && bytes.length >= SECRET_BYTES.least && bytes.length <= SECRET_BYTES.most;
}

/** What the host's own queues need too; an empty one is none. */
function isConnectionString(text: string): boolean {
  if (text === "" || /(^|;)\s*UseDevelopmentStorage=true/i.test(text)) return true;
  const has = (name: string) => new RegExp(`(^|;)\\s*${name}=[^;]`, "i").test(text);
  return (has("AccountName") && has("AccountKey")) || has("SharedAccessSignature");
}

/** @see https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity */
function serviceUri(service: string) {
  return z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .optional()
    .describe(
      `Its ${service} service instead of the account's name, for clouds other than Azure's public one`,
    );
}

export const Settings = z.object({
  MOORING_SUBSCRIPTIONS: subscriptions.describe("Subscriptions to watch, separated by commas or spaces"),
  MOORING_ARM_ENDPOINT: z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .default("https://management.azure.com")
    .describe("Azure Resource Manager; another cloud's endpoint, or a sandbox"),
  AzureWebJobsStorage: z
    .string()
    .refine(isConnectionString, "not a connection string of a storage account")
    .optional()
    .describe("Storage connection string; leave it out to use an identity"),
  AzureWebJobsStorage__accountName: z
    .string()
    .regex(/^([a-z0-9]{3,24})?$/, "not the name of a storage account")
    .optional()
    .describe("Storage account reached with the app's managed identity"),
  AzureWebJobsStorage__blobServiceUri: serviceUri("blob"),
  AzureWebJobsStorage__queueServiceUri: serviceUri("queue"),
  AzureWebJobsStorage__tableServiceUri: serviceUri("table"),
  MOORING_TABLE_PREFIX: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,30}$/, "letters and digits, starting with a letter")
    .default("mooring")
    .describe("Prefix of Mooring's tables"),
  MOORING_NAME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "letters, digits, dots, dashes and underscores, 1 to 63")
    .default("mooring")
    .describe("Name of this Mooring, for those who are told of findings by several"),
  MOORING_APP_URL: z
    .url({ error: "must be a URL" })
    .refine(isSafe, "must be https; http only on this machine")
    .optional()
    .describe("Origin of the Function App, for `mooring doctor`"),
  MOORING_APP_ID: z
    .string()
    .regex(
      /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.web\/sites\/[^/]+$/i,
      "not the resource id of a Function App",
    )
    .optional()
    .describe("Resource id of the Function App, for `mooring doctor`"),
  MOORING_WEBHOOK_URL: z
    .url({ error: "must be a URL" })
    .refine(isSafe, "must be https; http only on this machine")
    .optional()
    .describe("Where new and worse findings are posted; needs the secret"),
  MOORING_WEBHOOK_SECRET: z
    .string()
    .refine(isLongEnough, "at least 24 characters; after whsec_ base64 of 24 to 64 bytes")
    .optional()
    .describe("Signs what is posted, as Standard Webhooks say: `whsec_` and base64, or any text"),
  MOORING_EVENT_TOPIC: z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .optional()
    .describe(
      "Endpoint of an Event Grid custom topic (CloudEvents schema) that new and worse findings go to",
    ),
  MOORING_EVENT_TOPIC_KEY: z
    .string()
    .min(1, "must not be empty")
    .optional()
    .describe("Access key of the topic; leave it out to use the app's identity"),
  MOORING_LOCAL_OPERATOR: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(100)
    .optional()
    .describe("Sandbox only: signs everybody on this machine in as an operator of this name"),
});
export type Settings = z.infer<typeof Settings>;

/** Azure sets one of them wherever it runs an app. */
const PLATFORM = ["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_APP_NAME"];

/** @throws InvalidInput naming every wrong or missing setting at once */
export function parseSettings(env: Environment): Settings {
  const parsed = Settings.safeParse(env);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}${renamed(env, String(i.path[0]))}`);
  if (!tellsWhereStorageIs(env))
    problems.push(
      "AzureWebJobsStorage: set it, or AzureWebJobsStorage__accountName, to say where storage is",
    );
  problems.push(...localOperatorProblems(env), ...webhookProblems(env));
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new InvalidInput(problems);
}

/** What a person should look at though the app works, a line for each; names only, never values. */
export function settingWarnings(env: Environment): string[] {
  return misnamed(env, Object.keys(Settings.shape)).map(({ name, meant }) =>
    meant === undefined
      ? `${name}: there is no such setting, and nothing reads it`
      : `${name}: there is no such setting; did you mean ${meant}?`,
  );
}

/** A setting that is missing may be there under another name. */
function renamed(env: Environment, setting: string): string {
  if (env[setting] !== undefined) return "";
  const found = misnamed(env, Object.keys(Settings.shape)).find(({ meant }) => meant === setting);
  return found ? `, but ${found.name} is: give it the right name` : "";
}

/** Where storage is, whatever else is wrong. @throws InvalidInput */
export function parseStorage(env: Environment): StorageSettings {
  const parsed = StorageSettings.safeParse(env);
  if (parsed.success && tellsWhereStorageIs(env)) return parsed.data;
  throw new InvalidInput("AzureWebJobsStorage: it does not say where storage is");
}

const SERVICE_URIS = {
  AzureWebJobsStorage__blobServiceUri: true,
  AzureWebJobsStorage__queueServiceUri: true,
  AzureWebJobsStorage__tableServiceUri: true,
} as const;

/** All at one place, or each service by its own address. */
function tellsWhereStorageIs(env: Environment): boolean {
  const isSet = (name: string) => Boolean(env[name]);
  return (
    isSet("AzureWebJobsStorage") ||
    isSet("AzureWebJobsStorage__accountName") ||
    Object.keys(SERVICE_URIS).every(isSet)
  );
}

const StorageSettings = Settings.pick({
  AzureWebJobsStorage: true,
  AzureWebJobsStorage__accountName: true,
  ...SERVICE_URIS,
});
export type StorageSettings = z.infer<typeof StorageSettings>;

/** One without the other tells nobody anything. */
function webhookProblems(env: Environment): string[] {
  const { MOORING_WEBHOOK_URL: url, MOORING_WEBHOOK_SECRET: secret } = env;
  if (url !== undefined && secret === undefined)
    return ["MOORING_WEBHOOK_SECRET: needed to sign what MOORING_WEBHOOK_URL gets"];
  return url === undefined && secret !== undefined
    ? ["MOORING_WEBHOOK_URL: a secret signs nothing alone"]
    : [];
}

/** Whoever reaches the app would be its operator: nothing but a sandbox may start so. */
function localOperatorProblems(env: Environment): string[] {
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
