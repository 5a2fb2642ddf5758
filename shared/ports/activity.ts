/**
 * Port: recent operations in Azure's activity log, and remaining ARM requests. Read-only. Implementations:
 * `shared/adapters/activity.ts` and `test/memory/activity.ts`, both tested by `test/contract/permissions.test.ts`.
 */

/** A write or delete that failed in Azure. */
export interface Failure {
  readonly atUtc: string;
  readonly resourceId: string;
  /** ARM operation, e.g. `Microsoft.Network/loadBalancers/write`. */
  readonly operation: string;
  /** Absent if the log does not contain it. */
  readonly code?: string;
  readonly message?: string;
}

/** A write that succeeded, by a caller other than Mooring. */
export interface OtherWrite {
  readonly atUtc: string;
  readonly resourceId: string;
  /** Object id of the caller, or the name of a user; empty if the log does not contain it. */
  readonly caller: string;
}

/** The lowest remaining count of a bucket that ARM returned to this process within the minute. */
export interface Remaining {
  readonly subscription: string;
  readonly kind: "reads" | "writes" | "deletes";
  readonly requests: number;
}

export interface Activity {
  /** Failed operations in a resource group since a time, newest first. @throws Refused without permission to read the log */
  failures(subscription: string, resourceGroup: string, sinceUtc: string): Promise<readonly Failure[]>;
  /**
   * Writes of load balancers and Private Link Services in a resource group since a time by callers other than Mooring, newest first. The
   * log lags behind by minutes.
   * @throws Refused without permission to read the log
   */
  otherWrites(subscription: string, resourceGroup: string, sinceUtc: string): Promise<readonly OtherWrite[]>;
  /** Empty if ARM returned no counts, or no request was sent within the minute. */
  remaining(subscription: string): readonly Remaining[];
}
