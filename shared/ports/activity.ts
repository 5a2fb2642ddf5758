/**
 * Port: what Azure says about what was done lately, and about how much may still be asked. Implementations: `shared/adapters/activity.ts` and
 * `test/memory/activity.ts`, both held to `test/contract/permissions.test.ts`. Never writes.
 */

/** A write or delete that Azure refused or could not finish. */
export interface Failure {
  readonly atUtc: string;
  readonly resourceId: string;
  /** ARM operation, e.g. `Microsoft.Network/loadBalancers/write`. */
  readonly operation: string;
  /** Absent if the log does not tell. */
  readonly code?: string;
  readonly message?: string;
}

/** The least that ARM said remains of a bucket, lately and in this process. */
export interface Remaining {
  readonly subscription: string;
  readonly kind: "reads" | "writes" | "deletes";
  readonly requests: number;
}

export interface Activity {
  /** Failed operations in a resource group since a time, the newest first. @throws Refused if the log may not be read */
  failures(subscription: string, resourceGroup: string, sinceUtc: string): Promise<readonly Failure[]>;
  /** Empty if ARM did not tell, or nothing was asked within the minute. */
  remaining(subscription: string): readonly Remaining[];
}
