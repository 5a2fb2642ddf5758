/**
 * Microsoft Entra ID of the sandbox: signs access tokens for the app registration of Mooring. Metadata, keys, client credentials, device
 * code, refresh tokens. As in Azure, all tenants share the keys: only the issuer distinguishes their tokens.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import { MOORING_CLIENT, PROGRAMS, TENANT, USERS, type Program, type User } from "./directory.ts";

export type Claims = Readonly<Record<string, unknown>>;

export interface Entra {
  /** `https://HOST/TENANT-ID/v2.0`, as settings name it. */
  readonly authority: string;
  /** An access token for Mooring, as Entra ID signs it, with other claims. @param key another one than the published */
  sign(claims: Claims, key?: { readonly privateKey: CryptoKey; readonly kid?: string }): Promise<string>;
  /** What a user does in the browser during a sign-in with a device code. Returns false if there is no such code. */
  enterCode(userCode: string, username: string): boolean;
  /** Invalidates every refresh token, as an administrator does for a user. */
  revoke(): void;
  close(): Promise<void>;
}

const KEY_ID = "sandbox-key";
const LIFETIME_SECONDS = 3600;
const DEVICE_SECONDS = 900;
/** MSAL sends the short name, which Entra ID accepts as well. */
const DEVICE_GRANTS = ["urn:ietf:params:oauth:grant-type:device_code", "device_code"];

export async function startEntra(tls: { readonly key: string; readonly cert: string }): Promise<Entra> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, use: "sig", alg: "RS256" };
  const app = new Hono();
  const listener = getRequestListener(app.fetch);
  const server = createServer(tls, (incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign = signer(`${origin}/${TENANT}/v2.0`, privateKey);
  const devices = new Devices();
  const sessions: Sessions = new Map();
  app.get("/:tenant/v2.0/.well-known/openid-configuration", (context) =>
    context.json(metadataOf(`${origin}/${context.req.param("tenant")}`)),
  );
  app.get("/:tenant/discovery/v2.0/keys", (context) => context.json({ keys: [jwk] }));
  app.post("/:tenant/oauth2/v2.0/devicecode", async (context) => {
    const { client_id: clientId = "" } = await formOf(context);
    return context.json({ ...devices.begin(clientId), verification_uri: `${origin}/device` });
  });
  app.post("/:tenant/oauth2/v2.0/token", async (context) => {
    const form = await formOf(context);
    if (form["grant_type"] === "client_credentials") return programToken(context, form, sign);
    if (DEVICE_GRANTS.includes(form["grant_type"] ?? ""))
      return deviceToken(context, form, { devices, sessions, sign });
    if (form["grant_type"] === "refresh_token") return renewedToken(context, form, { sessions, sign });
    const message = "AADSTS70003: The app requested an unsupported grant type.";
    return refuse(context, 400, "unsupported_grant_type", message);
  });
  return {
    authority: `${origin}/${TENANT}/v2.0`,
    sign,
    enterCode: (userCode, username) => devices.enter(userCode, username),
    revoke: () => sessions.clear(),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function metadataOf(tenantUrl: string) {
  return {
    issuer: `${tenantUrl}/v2.0`,
    jwks_uri: `${tenantUrl}/discovery/v2.0/keys`,
    token_endpoint: `${tenantUrl}/oauth2/v2.0/token`,
    authorization_endpoint: `${tenantUrl}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${tenantUrl}/oauth2/v2.0/devicecode`,
    response_types_supported: ["code", "id_token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

function signer(issuer: string, privateKey: CryptoKey): Entra["sign"] {
  return (claims, key = { privateKey }) => {
    const issued = Math.floor(Date.now() / 1000);
    const times = { iat: issued, nbf: issued, exp: issued + LIFETIME_SECONDS };
    return new SignJWT({ aud: MOORING_CLIENT, iss: issuer, tid: TENANT, ver: "2.0", ...times, ...claims })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid ?? KEY_ID })
      .sign(key.privateKey);
  };
}

interface Device {
  readonly userCode: string;
  readonly clientId: string;
  user?: User;
}

/** Pending sign-ins, each until a user enters its code, by device code. */
class Devices {
  readonly #waiting = new Map<string, Device>();

  begin(clientId: string) {
    const userCode = randomUUID().slice(0, 8).toUpperCase();
    const deviceCode = randomUUID();
    this.#waiting.set(deviceCode, { userCode, clientId });
    const message = `To sign in, enter the code ${userCode}.`;
    return { device_code: deviceCode, user_code: userCode, expires_in: DEVICE_SECONDS, interval: 1, message };
  }

  enter(userCode: string, username: string): boolean {
    const device = [...this.#waiting.values()].find((one) => one.userCode === userCode);
    const user = USERS.find((one) => one.username === username);
    if (!device || !user) return false;
    device.user = user;
    return true;
  }

  /** The user who entered the code, once. */
  take(deviceCode: string): Device | undefined {
    const device = this.#waiting.get(deviceCode);
    if (device?.user) this.#waiting.delete(deviceCode);
    return device;
  }
}

type Form = Readonly<Record<string, string>>;

async function programToken(context: Context, form: Form, sign: Entra["sign"]): Promise<Response> {
  const program = PROGRAMS.find(({ clientId }) => clientId === form["client_id"]);
  if (program === undefined || program.secret !== form["client_secret"])
    return refuse(context, 401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
  return context.json(answer(await sign({ ...claimsOfProgram(program), aud: resourceOf(form) })));
}

/** Users by refresh token. */
type Sessions = Map<string, { readonly user: User; readonly clientId: string }>;

interface Issuing {
  readonly sessions: Sessions;
  readonly sign: Entra["sign"];
}

async function deviceToken(
  context: Context,
  form: Form,
  { devices, ...issuing }: Issuing & { readonly devices: Devices },
): Promise<Response> {
  const device = devices.take(form["device_code"] ?? "");
  if (!device) return refuse(context, 400, "bad_verification_code", "AADSTS90014: The code is unknown.");
  const { user, clientId } = device;
  if (!user) return refuse(context, 400, "authorization_pending", "AADSTS70016: Authorization is pending.");
  return context.json(await userTokens({ user, clientId }, form, issuing));
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token */
async function renewedToken(context: Context, form: Form, issuing: Issuing): Promise<Response> {
  const session = issuing.sessions.get(form["refresh_token"] ?? "");
  if (session?.clientId === form["client_id"] && session !== undefined)
    return context.json(await userTokens(session, form, issuing));
  return refuse(context, 400, "invalid_grant", "AADSTS50173: The provided grant has expired.");
}

async function userTokens(
  session: { readonly user: User; readonly clientId: string },
  form: Form,
  { sessions, sign }: Issuing,
) {
  const { user, clientId } = session;
  const claims = claimsOfUser(user, clientId);
  const { scp: _scope, azp: _program, ...identity } = claims;
  const isLasting = /\boffline_access\b/.test(form["scope"] ?? "");
  const refreshToken = `${randomUUID()}.${randomUUID()}`;
  if (isLasting) sessions.set(refreshToken, session);
  const resource = resourceOf(form);
  return {
    ...answer(await sign({ ...claims, aud: resource })),
    // A request for `.default` is answered with the delegated scopes and `.default`.
    scope: `${resource}/user_impersonation ${resource}/.default`,
    ...(isLasting && { refresh_token: refreshToken }),
    id_token: await sign({ ...identity, aud: clientId }),
    client_info: Buffer.from(JSON.stringify({ uid: user.objectId, utid: TENANT })).toString("base64url"),
  };
}

/** The app of a scope such as `CLIENT-ID/.default`. */
function resourceOf({ scope = "" }: Form): string {
  return /(?:^|\s)(?:api:\/\/)?([^/\s]+)\//.exec(scope)?.[1] ?? MOORING_CLIENT;
}

/** As in an access token that a user has delegated to a program. The subject is another one in each app. */
export function claimsOfUser(
  { username, name, objectId, roles }: User,
  program = MOORING_CLIENT,
): JWTPayload {
  const who = { preferred_username: username, name, oid: objectId, sub: `subject-of-${objectId}` };
  return { ...who, azp: program, scp: "user_impersonation", ...(roles.length > 0 && { roles }) };
}

/** As in an access token of a program without a user: its subject is its object id. */
export function claimsOfProgram({ clientId, objectId, roles }: Program): JWTPayload {
  return { azp: clientId, oid: objectId, sub: objectId, idtyp: "app", ...(roles.length > 0 && { roles }) };
}

function answer(token: string) {
  const seconds = { expires_in: LIFETIME_SECONDS, ext_expires_in: LIFETIME_SECONDS };
  return { token_type: "Bearer", ...seconds, access_token: token };
}

async function formOf(context: Context): Promise<Record<string, string>> {
  const form = await context.req.parseBody();
  const texts = Object.entries(form).filter(
    (field): field is [string, string] => typeof field[1] === "string",
  );
  return Object.fromEntries(texts);
}

function refuse(context: Context, status: 400 | 401, error: string, description: string): Response {
  return context.json({ error, error_description: description, correlation_id: randomUUID() }, status);
}
