import type { TokenCredential } from "@azure/identity";
import type { AnswerWatch } from "./requestsLeft.ts";

/** What every client of ARM is opened with. */
export interface ArmAccess {
  readonly credential: TokenCredential;
  readonly endpoint: string;
  /** Sees every answer, to tell how much may still be asked. */
  readonly watch?: AnswerWatch;
}
