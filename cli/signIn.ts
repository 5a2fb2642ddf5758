const NOBODY = /^(AggregateAuthentication|CredentialUnavailable|Authentication|AuthenticationRequired)Error$/;

/** What to do where Azure's SDK found nobody to speak for, in place of its account of all that it tried; `undefined` for other failures. */
export function signInProblem(error: unknown): string | undefined {
  if (!(error instanceof Error && NOBODY.test(error.name))) return undefined;
  const [first = ""] = error.message.split("\n");
  return `nobody is signed in to Azure here (az login does that): ${first}`;
}
