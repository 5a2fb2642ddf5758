/** Adapter: access tokens for an app, by each way to sign in. */
import type { TokenCredential } from "@azure/identity";
import { InvalidInput, Refused } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { SignInRequired, type PrivateText, type SignIn, type SignInTarget } from "../ports/signIn.ts";
import { trustedAuthority, type Authority } from "./authority.ts";
import { signInWithCode, storedToken } from "./deviceCode.ts";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Tokens of a person who signed in with a device code. */
  readonly store: PrivateText;
}

/** The person opens a page and enters a code. Returns the sign-in to store. @throws SignInRequired · InvalidInput for an authority that is not trusted */
export async function signInPerson(
  { authority, clientId }: SignInTarget,
  { env, store }: Surroundings,
  show: (message: string) => void,
): Promise<SignIn> {
  const client = { authority: trustedAuthority(authority, env), clientId, store };
  return { method: "device-code", account: await signInWithCode(client, show) };
}

/**
 * An access token of a context, which the app has still to verify. It is sent only where it is useful: one that has no role of Mooring may
 * be for something else, and an app that names another resource would receive a token for that one.
 * @throws SignInRequired · Refused without a role · InvalidInput if the environment lacks a variable, or for an authority that is not trusted
 */
export async function accessToken(
  signIn: SignIn,
  { authority, clientId }: SignInTarget,
  { env, store }: Surroundings,
): Promise<string> {
  const trusted = trustedAuthority(authority, env);
  const token =
    signIn.method === "device-code"
      ? await storedToken({ authority: trusted, clientId, store }, signIn.account)
      : await tokenOf(await credentialOf(signIn, trusted, env), `${clientId}/.default`);
  await demandRole(token, clientId);
  return token;
}

type OfCredential = Exclude<SignIn, { method: "device-code" }>;

async function credentialOf(
  signIn: OfCredential,
  { origin, tenantId, isPublicCloud }: Authority,
  env: NodeJS.ProcessEnv,
): Promise<TokenCredential> {
  const sdk = await import("@azure/identity");
  const options = { authorityHost: origin, disableInstanceDiscovery: !isPublicCloud };
  switch (signIn.method) {
    case "azure-cli":
      return new sdk.AzureCliCredential({ tenantId });
    case "managed-identity":
      return signIn.clientId === undefined
        ? new sdk.ManagedIdentityCredential()
        : new sdk.ManagedIdentityCredential({ clientId: signIn.clientId });
    case "workload-identity": {
      const tokenFilePath = demandVariable(env, "AZURE_FEDERATED_TOKEN_FILE");
      return new sdk.WorkloadIdentityCredential({
        ...options,
        tenantId,
        clientId: signIn.clientId,
        tokenFilePath,
      });
    }
    case "client-secret": {
      const secret = demandVariable(env, "AZURE_CLIENT_SECRET");
      return new sdk.ClientSecretCredential(tenantId, signIn.clientId, secret, options);
    }
    case "client-certificate": {
      const certificatePassword = env["AZURE_CLIENT_CERTIFICATE_PASSWORD"];
      const certificate = {
        certificatePath: signIn.certificatePath,
        ...(certificatePassword && { certificatePassword }),
      };
      return new sdk.ClientCertificateCredential(tenantId, signIn.clientId, certificate, options);
    }
  }
}

function demandVariable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new InvalidInput(`${name}: set this environment variable to sign in`);
  return value;
}

const REFUSED =
  /^(CredentialUnavailable|Authentication|AuthenticationRequired|AggregateAuthentication)Error$/;

async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  try {
    const { token } = (await credential.getToken(scope)) ?? {};
    if (token === undefined) throw new SignInRequired(`there is no token for ${scope}`);
    return token;
  } catch (error) {
    if (!(error instanceof Error && REFUSED.test(error.name))) throw error;
    throw new SignInRequired(messageOf(error).split("\n")[0]?.split(" Trace ID")[0] ?? "refused");
  }
}

/** @throws Refused if the token has no role of Mooring */
async function demandRole(token: string, clientId: string): Promise<void> {
  const { decodeJwt } = await import("jose");
  const { roles, preferred_username: name, azp } = claimsOf(() => decodeJwt(token));
  if (Array.isArray(roles) && roles.some((role) => role === "Mooring.Reader" || role === "Mooring.Operator"))
    return;
  const who = [name, azp].find((one) => typeof one === "string");
  throw new Refused(
    `signed in${who === undefined ? "" : ` as ${who}`}, but without role Mooring.Reader or Mooring.Operator in the app registration ${clientId}`,
  );
}

function claimsOf(decode: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return decode();
  } catch {
    return {};
  }
}
