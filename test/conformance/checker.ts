/** Holds recorded traffic against the published description with oav's live validator. */
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { API_VERSION, publishedApi } from "./publishedApi.ts";

export interface Exchange {
  request: {
    url: string;
    method: string;
    headers: Record<string, string>;
    query: Record<string, string>;
    body?: unknown;
  };
  response: { statusCode: string | number; headers: Record<string, string>; body?: unknown };
}

interface Verdict {
  isSuccessful?: boolean;
  errors: { code: string; message: string; pathsInPayload?: string[]; schemaPath?: string }[];
  runtimeException?: { code: string; message: string };
}

interface LiveValidator {
  initialize(): Promise<void>;
  validateLiveRequestResponse(
    pair: unknown,
  ): Promise<{ requestValidationResult: Verdict; responseValidationResult: Verdict }>;
}

// The real service sends these two though its description does not have them (seen in recorded traffic).
const KNOWN_ADDITIONS = [
  {
    url: /\/private(LinkServices|Endpoints)(\/[^/?]+)?\?/i,
    path: /^(\/value\/\d+)?\/properties\/resourceGuid$/,
  },
  {
    url: /\/privateEndpoints(\/[^/?]+)?\?/i,
    path: /^(\/value\/\d+)?\/properties\/isIPv6EnabledPrivateEndpoint$/,
  },
];

/** A function that gives what is wrong with an exchange, a line each; empty when it conforms. */
export async function createChecker(directory: string): Promise<(exchange: Exchange) => Promise<string[]>> {
  const folder = join(
    directory,
    "specification/network/resource-manager/Microsoft.Network/stable",
    API_VERSION,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "network.json"), JSON.stringify(await publishedApi()));
  const validator = newValidator(directory);
  await validator.initialize();
  return async (exchange) =>
    problemsOf(exchange, await validator.validateLiveRequestResponse(toPair(exchange)));
}

function newValidator(directory: string): LiveValidator {
  const load = createRequire(import.meta.url);
  const { LiveValidator } = load("oav/dist/lib/liveValidation/liveValidator") as {
    LiveValidator: new (options: object) => LiveValidator;
  };
  return new LiveValidator({
    directory,
    git: { shouldClone: false },
    swaggerPathsPattern: ["specification/**/*.json"],
    isPathCaseSensitive: false,
    loadValidatorInBackground: false,
    loadValidatorInInitialize: true,
    isArmCall: true,
  });
}

/** The clients use several versions of the API, and the sandbox answers all alike; the checker has one. */
function toPair({ request, response }: Exchange) {
  const query = { ...request.query, "api-version": API_VERSION };
  const url = request.url.replace(/api-version=[^&]*/, `api-version=${API_VERSION}`);
  return {
    liveRequest: {
      ...request,
      url,
      query,
      headers: { "content-type": "application/json", ...request.headers },
      body: request.body ?? {},
    },
    liveResponse: { ...response, statusCode: String(response.statusCode), body: response.body ?? {} },
  };
}

function problemsOf(
  exchange: Exchange,
  result: Awaited<ReturnType<LiveValidator["validateLiveRequestResponse"]>>,
): string[] {
  const { requestValidationResult: asked, responseValidationResult: answered } = result;
  const crash = [asked, answered].flatMap((verdict) =>
    verdict.runtimeException ? [verdict.runtimeException.message] : [],
  );
  const wrong = [...asked.errors.filter(isNotEcho), ...answered.errors]
    .filter((error) => !isKnownAddition(exchange.request.url, error.pathsInPayload ?? []))
    .map((error) => `${error.code} ${error.message} at ${(error.pathsInPayload ?? []).join(" ")}`);
  return [...crash, ...wrong].map(
    (problem) => `${exchange.request.method} ${exchange.request.url}: ${problem}`,
  );
}

function isKnownAddition(url: string, paths: readonly string[]): boolean {
  const known = KNOWN_ADDITIONS.filter((addition) => addition.url.test(url));
  return paths.some((path) => known.some((addition) => addition.path.test(path)));
}

/** Clients send back what they read, read-only fields included; ARM ignores these. */
function isNotEcho(error: { code: string }): boolean {
  return error.code !== "READONLY_PROPERTY_NOT_ALLOWED_IN_REQUEST";
}
