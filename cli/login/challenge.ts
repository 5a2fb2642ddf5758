/** What an app requires: reads it from the response to a request with a token that is none. */
import * as z from "zod";
import { Me } from "../../api/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { messageOf } from "../../shared/core/messageOf.ts";
import type { SignInTarget } from "../../shared/ports/signIn.ts";

const MILLISECONDS = 60_000;

/** The app's tenant and app registration; `undefined` if it requires no sign-in, as a sandbox without Entra ID. @throws InvalidInput if it is no app of Mooring */
export async function signInTargetOf(url: string): Promise<SignInTarget | undefined> {
  const response = await fetch(`${url}/api/v1/me`, {
    redirect: "manual",
    // Without a token the sandbox accepts the user of this machine, even if it accepts tokens as well.
    headers: { accept: "application/json", authorization: "Bearer none" },
    signal: AbortSignal.timeout(MILLISECONDS),
  }).catch((error: unknown) => {
    throw new InvalidInput(`${url} does not respond: ${causeOf(error)}`);
  });
  if (response.ok && Me.safeParse(await response.json().catch(() => undefined)).success) return undefined;
  const target = parseChallenge(response.headers.get("www-authenticate") ?? "");
  if (target) return target;
  throw new InvalidInput(
    response.status === 401
      ? `${url} accepts no access tokens: set MOORING_ENTRA_AUTHORITY and MOORING_ENTRA_CLIENT_ID in the app`
      : `${url} did not respond as an app of Mooring (HTTP ${response.status}): use the origin of the Function App`,
  );
}

/** `fetch` hides the reason in the cause. */
export function causeOf(error: unknown): string {
  return messageOf((error as { cause?: unknown }).cause ?? error);
}

const Challenge = z.object({ authority: z.url({ protocol: /^https$/ }), clientId: z.guid() });

/** Parses `Bearer authorization_uri="…", resource_id="…"`; `undefined` if it names no tenant or no client id. Pure. */
export function parseChallenge(header: string): SignInTarget | undefined {
  if (!/^Bearer\b/i.test(header)) return undefined;
  const value = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(header)?.[1];
  const parsed = Challenge.safeParse({
    authority: value("authorization_uri"),
    clientId: value("resource_id"),
  });
  return parsed.data;
}
