import { SignInRequired } from "../shared/ports/signIn.ts";

const NOT_SIGNED_IN =
  /^(AggregateAuthentication|CredentialUnavailable|Authentication|AuthenticationRequired)Error$/;

/** Short message for a missing sign-in to the app or to Azure, instead of the list of credentials that the SDK tried; `undefined` for other errors. */
export function signInProblem(error: unknown): string | undefined {
  if (error instanceof SignInRequired)
    return `not signed in, or the sign-in has expired; run mooring login: ${error.message}`;
  if (!(error instanceof Error && NOT_SIGNED_IN.test(error.name))) return undefined;
  const [first = ""] = error.message.split("\n");
  return `not signed in to Azure; run az login: ${first}`;
}
