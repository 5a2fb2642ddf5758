import type { AdditionalPolicyConfig } from "@azure-rest/core-client";
import type { TokenCredential } from "@azure/identity";

/** What every client of ARM is opened with. */
export interface ArmAccess {
  readonly credential: TokenCredential;
  readonly endpoint: string;
  /** See every request and answer. */
  readonly policies?: readonly AdditionalPolicyConfig[];
}
