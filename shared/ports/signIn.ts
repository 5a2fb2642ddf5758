/** How a user or program signs in to an app, and the port that returns its access tokens. */
import * as z from "zod";

/** What a context stores. Secrets and tokens are elsewhere: in environment variables and in the store of tokens. */
export const SignIn = z.discriminatedUnion("method", [
  /** `account` is MSAL's id of the user, in the store of tokens. */
  z.strictObject({ method: z.literal("device-code"), account: z.string().min(1) }),
  z.strictObject({ method: z.literal("azure-cli") }),
  z.strictObject({ method: z.literal("managed-identity"), clientId: z.guid().optional() }),
  z.strictObject({ method: z.literal("workload-identity"), clientId: z.guid() }),
  z.strictObject({ method: z.literal("client-secret"), clientId: z.guid() }),
  z.strictObject({
    method: z.literal("client-certificate"),
    clientId: z.guid(),
    certificatePath: z.string().min(1),
  }),
]);
export type SignIn = z.infer<typeof SignIn>;

/** What to sign in to. */
export interface SignInTarget {
  /** `https://HOST/TENANT-ID/v2.0`. */
  readonly authority: string;
  /** Client id of the app registration of the app. */
  readonly clientId: string;
}

/** Text that survives the process, readable by its owner only. */
export interface PrivateText {
  /** `undefined` if there is none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** The sign-in is missing, has expired or was refused: a person has to sign in again. */
export class SignInRequired extends Error {
  override name = "SignInRequired";
}
