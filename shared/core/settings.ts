/** Settings of the app, parsed once from a passed-in environment. `docs/reference/settings.md` is generated from the schema. */
import * as z from "zod";
import { InvalidInput } from "./errors.ts";
import { misnamed, type Environment } from "./settingNames.ts";

const subscriptions = z
  .string("not set")
  .transform((text) => [...new Set(text.toLowerCase().split(/[\s,]+/))].filter(Boolean))
  .pipe(z.array(z.guid("not a subscription id")).min(1, "must contain at least one subscription"));

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.includes(hostname));
}

const SECRET_CHARACTERS = 24;
const SECRET_BYTES = { least: 24, most: 64 };

/** The secret length that Standard Webhooks require. */
function isLongEnough(secret: string): boolean {
  const [, base64] = /^whsec_(.*)$/.exec(secret) ?? [];
  if (base64 === undefined) return secret.length >= SECRET_CHARACTERS;
  const bytes = Buffer.from(base64, "base64");
  const isBase64 = bytes.toString("base64").replace(/=+$/, "") === base64.replace(/=+$/, "");
  return isBase64 && bytes.length >= SECRET_BYTES.least && bytes.length <= SECRET_BYTES.most;
}

/** The host's storage connection, which its queue triggers use, too. An empty value counts as not set. */
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
      `URL of its ${service} service, instead of the account's name; for clouds other than Azure public`,
    );
}

export const Settings = z.object({
  MOORING_SUBSCRIPTIONS: subscriptions.describe("Subscriptions to watch, separated by commas or spaces"),
  MOORING_ARM_ENDPOINT: z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .default("https://management.azure.com")
    .describe("Azure Resource Manager endpoint; set it for another cloud or a sandbox"),
  AzureWebJobsStorage: z
    .string()
    .refine(isConnectionString, "not a connection string of a storage account")
    .optional()
    .describe("Storage connection string; omit it to use an identity"),
  AzureWebJobsStorage__accountName: z
    .string()
    .regex(/^([a-z0-9]{3,24})?$/, "not a storage account name")
    .optional()
    .describe("Storage account, accessed with the app's managed identity"),
  AzureWebJobsStorage__blobServiceUri: serviceUri("blob"),
  AzureWebJobsStorage__queueServiceUri: serviceUri("queue"),
  AzureWebJobsStorage__tableServiceUri: serviceUri("table"),
  MOORING_TABLE_PREFIX: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,30}$/, "must be letters and digits, starting with a letter")
    .default("mooring")
    .describe("Prefix of Mooring's tables"),
  MOORING_NAME: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      "must be 1 to 63 letters, digits, dots, hyphens and underscores",
    )
    .default("mooring")
    .describe("Name of this installation in notifications, for receivers of several installations"),
  MOORING_APP_URL: z
    .url({ error: "must be a URL" })
    .refine(isSafe, "must be https; http is allowed only on this machine")
    .optional()
    .describe("Origin of the Function App, for `mooring doctor`"),
  MOORING_APP_ID: z
    .string()
    .regex(
      /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.web\/sites\/[^/]+$/i,
      "not a Function App resource id",
    )
    .optional()
    .describe("Resource id of the Function App, for `mooring doctor`"),
  MOORING_WEBHOOK_URL: z
    .url({ error: "must be a URL" })
    .refine(isSafe, "must be https; http is allowed only on this machine")
    .optional()
    .describe("Webhook URL to which new and worse findings are posted; requires MOORING_WEBHOOK_SECRET"),
  MOORING_WEBHOOK_SECRET: z
    .string()
    .refine(isLongEnough, "must be at least 24 characters, or whsec_ followed by base64 of 24 to 64 bytes")
    .optional()
    .describe(
      "Secret that signs webhook posts according to Standard Webhooks: `whsec_` and base64, or any text",
    ),
  MOORING_EVENT_TOPIC: z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .optional()
    .describe(
      "Endpoint of an Event Grid custom topic (CloudEvents schema) to which new and worse findings are published",
    ),
  MOORING_EVENT_TOPIC_KEY: z
    .string()
    .min(1, "must not be empty")
    .optional()
    .describe("Access key of the topic; omit it to use the app's identity"),
  MOORING_ENTRA_AUTHORITY: z
    .string()
    .regex(
      /^https:\/\/[^/?#]+\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/v2\.0$/i,
      "must be https://LOGIN-HOST/TENANT-ID/v2.0, with the id of the tenant",
    )
    .optional()
    .describe(
      "Tenant of Microsoft Entra ID whose access tokens the API accepts: `https://login.microsoftonline.com/TENANT-ID/v2.0`; requires MOORING_ENTRA_CLIENT_ID",
    ),
  MOORING_ENTRA_CLIENT_ID: z
    .guid("not a client id")
    .toLowerCase()
    .optional()
    .describe("Application (client) id of the app registration that the access tokens are for"),
  MOORING_LOCAL_OPERATOR: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(100)
    .optional()
    .describe("Sandbox only: signs every user on this machine in as an operator with this name"),
});
export type Settings = z.infer<typeof Settings>;

/** Azure sets at least one of them for every app. */
const PLATFORM = ["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_APP_NAME"];

/** @throws InvalidInput with every invalid or missing setting */
export function parseSettings(env: Environment): Settings {
  const parsed = Settings.safeParse(env);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}${renamed(env, String(i.path[0]))}`);
  if (!tellsWhereStorageIs(env))
    problems.push("AzureWebJobsStorage: not set; set it or AzureWebJobsStorage__accountName");
  problems.push(...localOperatorProblems(env), ...webhookProblems(env), ...signInProblems(env));
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new InvalidInput(problems);
}

/** Warnings about settings that do not prevent a start, one line each. Contains names only, never values. */
export function settingWarnings(env: Environment): string[] {
  return misnamed(env, Object.keys(Settings.shape)).map(({ name, meant }) =>
    meant === undefined
      ? `${name}: unknown setting, ignored`
      : `${name}: unknown setting, ignored; did you mean ${meant}?`,
  );
}

/** A missing setting may be present with a misspelled name. */
function renamed(env: Environment, setting: string): string {
  if (env[setting] !== undefined) return "";
  const found = misnamed(env, Object.keys(Settings.shape)).find(({ meant }) => meant === setting);
  return found ? `, but ${found.name} is: correct its name` : "";
}

/** Only the storage settings, even if others are invalid. @throws InvalidInput */
export function parseStorage(env: Environment): StorageSettings {
  const parsed = StorageSettings.safeParse(env);
  if (parsed.success && tellsWhereStorageIs(env)) return parsed.data;
  throw new InvalidInput("AzureWebJobsStorage: invalid; it does not specify a storage account");
}

const SERVICE_URIS = {
  AzureWebJobsStorage__blobServiceUri: true,
  AzureWebJobsStorage__queueServiceUri: true,
  AzureWebJobsStorage__tableServiceUri: true,
} as const;

/** One connection for all services, or a URL for each. */
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

/** URL and secret are only useful together. */
function webhookProblems(env: Environment): string[] {
  const { MOORING_WEBHOOK_URL: url, MOORING_WEBHOOK_SECRET: secret } = env;
  if (url !== undefined && secret === undefined)
    return ["MOORING_WEBHOOK_SECRET: required if MOORING_WEBHOOK_URL is set"];
  return url === undefined && secret !== undefined
    ? ["MOORING_WEBHOOK_URL: required if MOORING_WEBHOOK_SECRET is set"]
    : [];
}

/** Tokens of a tenant are accepted only for one app. */
function signInProblems(env: Environment): string[] {
  const names = ["MOORING_ENTRA_AUTHORITY", "MOORING_ENTRA_CLIENT_ID"];
  const [absent, ...others] = names.filter((name) => env[name] === undefined);
  if (absent === undefined || others.length > 0) return [];
  return [`${absent}: required if ${names.find((name) => name !== absent)} is set`];
}

/** Everyone who can reach the app would be an operator: only a sandbox may start with it. */
function localOperatorProblems(env: Environment): string[] {
  if (env["MOORING_LOCAL_OPERATOR"] === undefined) return [];
  const endpoint = env["MOORING_ARM_ENDPOINT"] ?? "";
  const isLocal = URL.canParse(endpoint) && LOOPBACK.includes(new URL(endpoint).hostname);
  const platform = PLATFORM.filter((name) => env[name] !== undefined);
  return [
    ...(isLocal
      ? []
      : ["MOORING_LOCAL_OPERATOR: allowed only if MOORING_ARM_ENDPOINT is a sandbox on this machine"]),
    ...platform.map((name) => `MOORING_LOCAL_OPERATOR: not allowed in Azure (${name} is set)`),
  ];
}
