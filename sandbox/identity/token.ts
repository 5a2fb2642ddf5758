/** Access tokens of the sandbox: unsigned, but in the form that clients take apart. Only ARM here believes them. */
import type { Caller } from "../arm/resourceType.ts";

export const TENANT = "72f988bf-0000-4000-8000-2d7cd011db47";
const LIFETIME_SECONDS = 24 * 3600;

/** A bearer token for the caller, and when it ends (Unix seconds). */
export function issueToken(
  { objectId, applicationId, name }: Caller,
  now: Date = new Date(),
): { token: string; expiresOn: number } {
  const issued = Math.floor(now.getTime() / 1000);
  const expiresOn = issued + LIFETIME_SECONDS;
  const claims = {
    aud: "https://management.azure.com",
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

/** Who the token speaks for; `undefined` if it is none or has ended. */
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
