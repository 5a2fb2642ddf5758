/**
 * Adapter: sign-in of a person with a device code. The refresh token is in a store of the caller, so that the sign-in survives the
 * process.
 * @see https://learn.microsoft.com/entra/msal/javascript/node/caching
 */
import type { AuthError, ICachePlugin, PublicClientApplication } from "@azure/msal-node";
import { messageOf } from "../core/messageOf.ts";
import { SignInRequired, type PrivateText } from "../ports/signIn.ts";
import type { Authority } from "./authority.ts";

export interface DeviceClient {
  readonly authority: Authority;
  /** Client id of the app registration, which is also what the token is for. */
  readonly clientId: string;
  readonly store: PrivateText;
}

/** Prints how to sign in, polls until the person did, and returns the id of the account. @throws SignInRequired */
export async function signInWithCode(client: DeviceClient, show: (message: string) => void): Promise<string> {
  const app = await open(client);
  const result = await refusedAsSignIn(() =>
    app.acquireTokenByDeviceCode({
      scopes: scopesOf(client),
      deviceCodeCallback: ({ message }) => show(message),
    }),
  );
  if (!result?.account) throw new SignInRequired("Microsoft Entra ID returned no account");
  return result.account.homeAccountId;
}

/** From the store; a token that expires soon is renewed. @throws SignInRequired if there is none, or it cannot be renewed */
export async function storedToken(client: DeviceClient, accountId: string): Promise<string> {
  const app = await open(client);
  const cache = app.getTokenCache();
  const account = await refusedAsSignIn(() => cache.getAccountByHomeId(accountId));
  if (!account) throw new SignInRequired("the stored sign-in does not exist");
  const { accessToken } = await refusedAsSignIn(() =>
    app.acquireTokenSilent({ account, scopes: scopesOf(client) }),
  );
  return accessToken;
}

function scopesOf({ clientId }: DeviceClient): string[] {
  return [`${clientId}/.default`];
}

async function open({ authority, clientId, store }: DeviceClient): Promise<PublicClientApplication> {
  const { PublicClientApplication } = await import("@azure/msal-node");
  const { origin, tenantId, isPublicCloud } = authority;
  return new PublicClientApplication({
    auth: {
      clientId,
      authority: `${origin}/${tenantId}`,
      knownAuthorities: isPublicCloud ? [] : [new URL(origin).host],
    },
    cache: { cachePlugin: persistence(store) },
  });
}

function persistence(store: PrivateText): ICachePlugin {
  return {
    beforeCacheAccess: async ({ tokenCache }) => {
      const text = await store.read();
      if (text !== undefined) tokenCache.deserialize(text);
    },
    afterCacheAccess: async ({ tokenCache, cacheHasChanged }) => {
      if (cacheHasChanged) await store.write(tokenCache.serialize());
    },
  };
}

/** Entra ID refused, or MSAL has nothing to renew. A failure of the network is none of them. */
const REFUSED = /^(InteractionRequiredAuthError|ServerError|ClientAuthError)$/;
const UNREACHABLE = new Set(["network_error", "no_network_connectivity", "endpoints_resolution_error"]);

async function refusedAsSignIn<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new SignInRequired(firstSentence(messageOf(error)));
  }
}

function isRefusal(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return (
    error instanceof Error && REFUSED.test(error.name) && !UNREACHABLE.has((error as AuthError).errorCode)
  );
}

/** Entra ID adds trace ids and times. */
function firstSentence(message: string): string {
  return message.split(/ Trace ID| - \[| - Correlation/)[0] ?? message;
}
