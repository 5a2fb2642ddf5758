/** Port: access tokens with which people and programs call the HTTP API. */

/** What a verified token states about its owner, by claim. Every claim is signed. */
export interface TokenClaims {
  /** Every text claim by its name, such as `preferred_username` or `azp`. */
  readonly texts: Readonly<Record<string, string>>;
  /** Values of app roles. */
  readonly roles: readonly string[];
}

export type Verified =
  | { readonly ok: true; readonly claims: TokenClaims }
  /** @property why - for the caller: what is wrong with the token, and what to do */
  | { readonly ok: false; readonly why: string };

export interface AccessTokens {
  /** Where callers get a token, and for which resource. */
  readonly authority: string;
  readonly clientId: string;
  /** @throws if the keys of the issuer cannot be read: then the token is neither valid nor invalid */
  verify(token: string): Promise<Verified>;
}
