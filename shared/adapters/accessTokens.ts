/**
 * Adapter: `AccessTokens` of one tenant of Microsoft Entra ID, for one app registration, with jose. Accepts version 2 access tokens only:
 * not those of another tenant or app, not ID tokens, and nothing that another key signed.
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import { once } from "../core/once.ts";
import type { AccessTokens, TokenClaims, Verified } from "../ports/accessTokens.ts";

export interface Registration {
  /** `https://login.microsoftonline.com/TENANT-ID/v2.0`. */
  readonly authority: string;
  /** Application (client) id of the app registration. */
  readonly clientId: string;
}

interface Issuer {
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
}

const DISCOVERY_MILLISECONDS = 5000;
/** Clocks of Entra ID and this host differ by less. */
const SKEW_SECONDS = 60;
/** Larger ones would not fit into the headers that the host accepts. */
const MAX_CHARACTERS = 16 * 1024;

const Discovery = z.object({
  issuer: z.url({ protocol: /^https$/ }),
  jwks_uri: z.url({ protocol: /^https$/ }),
});

/** @see https://openid.net/specs/openid-connect-discovery-1_0.html */
const discover = once(async (authority: string): Promise<Issuer> => {
  const signal = AbortSignal.timeout(DISCOVERY_MILLISECONDS);
  const response = await fetch(`${authority}/.well-known/openid-configuration`, {
    redirect: "error",
    signal,
  });
  if (!response.ok) throw new Error(`the metadata of ${authority} returned status ${response.status}`);
  const { issuer, jwks_uri: keys } = Discovery.parse(await response.json());
  return { issuer, keys: createRemoteJWKSet(new URL(keys)) };
});

export function entraTokens({ authority, clientId }: Registration, now = () => new Date()): AccessTokens {
  return {
    authority,
    clientId,
    async verify(token): Promise<Verified> {
      if (token.length > MAX_CHARACTERS) return { ok: false, why: "the access token is too long" };
      const { issuer, keys } = await discover(authority);
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience: clientId,
          algorithms: ["RS256"],
          requiredClaims: ["exp", "nbf"],
          clockTolerance: SKEW_SECONDS,
          currentDate: now(),
        });
        return toVerified(payload, clientId);
      } catch (error) {
        return { ok: false, why: whyInvalid(error, { authority, clientId }) };
      }
    },
  };
}

/** A user has delegated a scope of this app, or the caller is an application: its subject is its object id. */
const AccessToken = z
  .object({
    ver: z.literal("2.0"),
    azp: z.string().min(1),
    oid: z.string().min(1),
    sub: z.string().min(1),
    scp: z.string().min(1).optional(),
    roles: z.array(z.string()).default([]),
  })
  .refine(({ scp, sub, oid }) => scp !== undefined || sub === oid);

function toVerified(payload: JWTPayload, clientId: string): Verified {
  const parsed = AccessToken.safeParse(payload);
  if (!parsed.success)
    return {
      ok: false,
      why: `this is no access token of version 2: request one with scope ${clientId}/.default`,
    };
  return { ok: true, claims: toClaims(payload, parsed.data.roles) };
}

function toClaims(payload: JWTPayload, roles: readonly string[]): TokenClaims {
  const texts = Object.entries(payload).filter(
    (claim): claim is [string, string] => typeof claim[1] === "string" && claim[1] !== "",
  );
  return { texts: Object.fromEntries(texts), roles };
}

/** Failures for which the token is invalid. After any other failure it may be valid. */
const INVALID = [
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JOSENotSupported,
  errors.JOSEAlgNotAllowed,
  errors.JWKSNoMatchingKey,
  errors.JWSSignatureVerificationFailed,
];

/** @throws the error if the token may be valid */
function whyInvalid(error: unknown, { authority, clientId }: Registration): string {
  if (error instanceof errors.JWTExpired) return "the access token has expired: request a new one";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud")
      return `the access token is for another app: request one with scope ${clientId}/.default`;
    if (error.claim === "iss") return `the access token is of another tenant: request one from ${authority}`;
    return `claim ${error.claim} of the access token is missing or invalid: request a new one`;
  }
  if (INVALID.some((kind) => error instanceof kind))
    return `this is no access token that ${authority} signed: request a new one`;
  throw error;
}
