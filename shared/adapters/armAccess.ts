import type { AdditionalPolicyConfig } from "@azure-rest/core-client";
import type { TokenCredential } from "@azure/identity";

/** Options of every ARM client. */
export interface ArmAccess {
  readonly credential: TokenCredential;
  readonly endpoint: string;
  /** Policies that observe every request and response. */
  readonly policies?: readonly AdditionalPolicyConfig[];
}
