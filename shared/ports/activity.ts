/**
 * Port: recent failed operations in Azure's activity log, and remaining ARM requests. Read-only. Implementations:
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

/** The lowest remaining count of a bucket that ARM returned to this process within the minute. */
export interface Remaining {
  readonly subscription: string;
  readonly kind: "reads" | "writes" | "deletes";
  readonly requests: number;
}

export interface Activity {
  /** Failed operations in a resource group since a time, newest first. @throws Refused without permission to read the log */
  failures(subscription: string, resourceGroup: string, sinceUtc: string): Promise<readonly Failure[]>;
  /** Empty if ARM returned no counts, or no request was sent within the minute. */
  remaining(subscription: string): readonly Remaining[];
}
