/**
 * Authenticates the caller. Programs send an access token of Microsoft Entra ID, which the app verifies. App Service authentication signs
 * browsers in and passes the principal in a header. In the sandbox a setting names the operator. Everything else is rejected: no
 * credential, a header without App Service authentication, an invalid token, a user without a role.
 * @see https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
import * as z from "zod";
import type { App } from "../shared/adapters/app.ts";
import { SYSTEM } from "../shared/changes/plan.ts";
import type { AccessTokens } from "../shared/ports/accessTokens.ts";
import type { Role } from "./model.ts";
import { ApiProblem } from "./problem.ts";

export interface Principal {
  /** Name in the journal. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Signed in by the setting of the sandbox, not by Microsoft Entra ID. */
  readonly isLocal: boolean;
}

export interface Caller {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

export interface SignIn {
  /**
   * True only if the platform reports that App Service authentication is on: otherwise any caller could set
   * the header.
   */
  readonly isAuthenticated: boolean;
  /** Absent if the API accepts no access tokens. */
  readonly accessTokens?: AccessTokens | undefined;
  /** The operator of the sandbox. */
  readonly localOperator?: string | undefined;
}

/** The caller is signed in, and lacks a role. */
export class NoRole extends ApiProblem {
  constructor(name: string, role: string) {
    super(403, `Signed in as ${name}, but without role ${role}`);
  }
}

const HEADER = "x-ms-client-principal";
const MAX_HEADER_CHARACTERS = 64 * 1024;
/** If the header is sent twice, Node joins both values with a comma and would decode the first. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MAX_NAME_CHARACTERS = 200;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Claims that identify the user, in order of preference; an application has only its id. */
const NAME_CLAIMS = [
  "preferred_username",
  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
  "name",
  "azp",
  "appid",
];
const ROLE_CLAIMS = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

const ClientPrincipal = z.object({
  auth_typ: z.literal("aad"),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
});

/** Same check of the platform as Microsoft.Identity.Web. */
export function signInOf(
  env: NodeJS.ProcessEnv,
  { settings, accessTokens }: Pick<App, "settings" | "accessTokens">,
): SignIn {
  const isAuthenticated = /^true$/i.test(env["WEBSITE_AUTH_ENABLED"] ?? "");
  return { isAuthenticated, accessTokens, localOperator: settings.MOORING_LOCAL_OPERATOR };
}

/** @throws ApiProblem 401 or 403 · what the verification of a token throws if the keys of its issuer cannot be read */
export async function principalOf(caller: Caller, signIn: SignIn): Promise<Principal> {
  const { isAuthenticated, accessTokens, localOperator } = signIn;
  const person = isAuthenticated ? readHeader(caller.headers.get(HEADER)) : undefined;
  if (person) return withRole(person);
  const token = bearerOf(caller);
  if (token !== undefined && accessTokens) return withRole(await verifiedPerson(token, accessTokens));
  if (localOperator === undefined || isAuthenticated) throw notSignedIn(accessTokens);
  // A page of another site can use a host name that resolves to this machine (DNS rebinding); the host
  // header shows that name.
  if (!isLoopback(caller)) throw new ApiProblem(403, "The sandbox accepts requests to localhost only");
  return { name: asPerson(localOperator), roles: ["Mooring.Reader", "Mooring.Operator"], isLocal: true };
}

/** @throws NoRole */
export function demandRole({ name, roles }: Principal, role: Role): void {
  if (!roles.includes(role)) throw new NoRole(name, role);
}

function withRole(person: Principal): Principal {
  if (person.roles.length === 0) throw new NoRole(person.name, "Mooring.Reader or Mooring.Operator");
  return person;
}

function bearerOf({ headers }: Caller): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

async function verifiedPerson(token: string, accessTokens: AccessTokens): Promise<Principal> {
  const verified = await accessTokens.verify(token);
  if (!verified.ok) throw notSignedIn(accessTokens, verified.why);
  const { texts, roles } = verified.claims;
  const name = NAME_CLAIMS.map((claim) => texts[claim]).find(Boolean);
  if (name === undefined) throw notSignedIn(accessTokens, "the access token contains no name");
  return { name: asPerson(name), roles: rolesOf(new Set(roles)), isLocal: false };
}

/** With a challenge that names where to get a token, and for what: a client needs nothing but the URL of the app. */
function notSignedIn(accessTokens: AccessTokens | undefined, why?: string): ApiProblem {
  if (!accessTokens) return new ApiProblem(401, "Not signed in");
  const { authority, clientId } = accessTokens;
  const error = why === undefined ? "" : `, error="invalid_token", error_description="${why}"`;
  const challenge = `Bearer authorization_uri="${authority}", resource_id="${clientId}"${error}`;
  const problem = why === undefined ? "Not signed in: send an access token" : `Not signed in: ${why}`;
  return new ApiProblem(401, problem, { headers: { "www-authenticate": challenge } });
}

function readHeader(header: string | null): Principal | undefined {
  if (!header || header.length > MAX_HEADER_CHARACTERS || !BASE64.test(header)) return undefined;
  const parsed = ClientPrincipal.safeParse(parseJson(Buffer.from(header, "base64").toString("utf8")));
  if (!parsed.success) return undefined;
  const { claims } = parsed.data;
  const name = NAME_CLAIMS.map((typ) => claims.find((claim) => claim.typ === typ)?.val).find(Boolean);
  if (!name) return undefined;
  const given = new Set(claims.filter(({ typ }) => ROLE_CLAIMS.includes(typ)).map(({ val }) => val));
  return { name: asPerson(name), roles: rolesOf(given), isLocal: false };
}

/** Sanitized for the journal; a user cannot have the name that stands for Mooring. */
function asPerson(name: string): string {
  const kept = name
    .replaceAll(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, MAX_NAME_CHARACTERS);
  return kept.toLowerCase() === SYSTEM ? `${kept} (a person)` : kept;
}

/** An operator has the role of a reader too. */
function rolesOf(given: ReadonlySet<string>): Role[] {
  if (given.has("Mooring.Operator")) return ["Mooring.Reader", "Mooring.Operator"];
  return given.has("Mooring.Reader") ? ["Mooring.Reader"] : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLoopback({ url, headers }: Caller): boolean {
  const host = headers.get("host");
  const names = [url, ...(host === null ? [] : [`http://${host}`])];
  return names.every((name) => URL.canParse(name) && LOOPBACK.has(new URL(name).hostname));
}
