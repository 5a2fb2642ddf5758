/**
 * Authenticates the caller. In Azure, App Service authentication signs users in with Microsoft Entra ID and
 * passes the principal in a header; in the sandbox a setting names the operator. Everything else is
 * rejected: a missing header, a header without App Service authentication, a user without a role.
 * @see https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
import * as z from "zod";
import { SYSTEM } from "../shared/changes/plan.ts";
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
  /** The operator of the sandbox. */
  readonly localOperator?: string | undefined;
}

export const NO_ROLE = "You have no role in this app";
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

/** Same check as Microsoft.Identity.Web. */
export function signInOf(env: NodeJS.ProcessEnv, localOperator: string | undefined): SignIn {
  return { isAuthenticated: /^true$/i.test(env["WEBSITE_AUTH_ENABLED"] ?? ""), localOperator };
}

/** @throws ApiProblem 401 or 403, without the reason */
export function principalOf(caller: Caller, { isAuthenticated, localOperator }: SignIn): Principal {
  const person = isAuthenticated ? readHeader(caller.headers.get(HEADER)) : undefined;
  if (person) return withRole(person);
  if (localOperator === undefined || isAuthenticated) throw new ApiProblem(401, "Not signed in");
  // A page of another site can use a host name that resolves to this machine (DNS rebinding); the host
  // header shows that name.
  if (!isLoopback(caller)) throw new ApiProblem(403, "The sandbox accepts requests to localhost only");
  return { name: asPerson(localOperator), roles: ["Mooring.Reader", "Mooring.Operator"], isLocal: true };
}

/** @throws ApiProblem 403 */
export function demandRole({ roles }: Principal, role: Role): void {
  if (!roles.includes(role)) throw new ApiProblem(403, `Requires the role ${role}`);
}

function withRole(person: Principal): Principal {
  if (person.roles.length === 0) throw new ApiProblem(403, NO_ROLE);
  return person;
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
