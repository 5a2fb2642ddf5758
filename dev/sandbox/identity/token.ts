/** Access tokens of the sandbox: unsigned, but in the form that clients take apart. Only ARM and Event Grid here believe them. */
import type { Caller } from "../arm/resourceType.ts";
import { TENANT } from "./directory.ts";

const ARM = "https://management.azure.com";
const LIFETIME_SECONDS = 24 * 3600;

/** A bearer token for the caller to show to the audience, and when it ends (Unix seconds). */
export function issueToken(
  { objectId, applicationId, name }: Caller,
  now: Date = new Date(),
  audience: string = ARM,
): { token: string; expiresOn: number } {
  const issued = Math.floor(now.getTime() / 1000);
  const expiresOn = issued + LIFETIME_SECONDS;
  const claims = {
    aud: audience,
    iat: issued,
    nbf: issued,
    exp: expiresOn,
    tid: TENANT,
    oid: objectId,
    appid: applicationId,
    name,
    xms_mirid: `/subscriptions/sandbox/${name}`,
  };
  return {
    token: [
      encode({ alg: "RS256", typ: "JWT" }),
      encode(claims),
      Buffer.from("sandbox").toString("base64url"),
    ].join("."),
    expiresOn,
  };
}

/** True if the token is for that audience and has not ended. */
export function isTokenFor(token: string, audience: string, now: Date = new Date()): boolean {
  if (!readToken(token, now)) return false;
  const { aud } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  return typeof aud === "string" && aud.replace(/\/$/, "") === audience;
}

/** The caller that the token names; `undefined` if it is no token or has expired. */
export function readToken(token: string, now: Date = new Date()): Caller | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    if (typeof claims.oid !== "string" || claims.exp * 1000 < now.getTime()) return undefined;
    return { objectId: claims.oid, applicationId: claims.appid, name: claims.name ?? claims.appid };
  } catch {
    return undefined;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
