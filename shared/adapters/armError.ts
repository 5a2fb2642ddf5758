/**
 * Translates ARM's errors into Mooring's closed set, by status and code, never by message.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
import { Conflict, InvalidInput, NotYet, Refused } from "../core/errors.ts";

export interface ArmAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Absent when the service gave none. */
  readonly retryAfterSeconds?: number;
}

/** How long to wait if the service does not specify it. */
const RETRY_SECONDS = 20;

// Without SubscriptionNotFound: the subscription may exist but not be visible to Mooring.
const ABSENT = new Set(["ResourceNotFound", "NotFound", "ResourceGroupNotFound", "ParentResourceNotFound"]);

const LATER = new Set([409, 429, 503]);
const FORBIDDEN = new Set([401, 403, 404]);

/** True only if ARM states that the resource, its parent or its resource group does not exist. */
export function isAbsent({ status, code }: ArmAnswer): boolean {
  return status === 404 && ABSENT.has(code);
}

/** The codes that state that a top-level resource does not exist; every other 404 may mean "not visible". */
const MISSING = new Set(["ResourceNotFound", "ResourceGroupNotFound"]);

/** True only if ARM states that a top-level resource, or its resource group, does not exist. */
export function isMissing({ status, code }: ArmAnswer): boolean {
  return status === 404 && MISSING.has(code);
}

/** Converts an answer to an error. */
export function toFailure(answer: ArmAnswer, about: string): Error {
  const { status, code, retryAfterSeconds = RETRY_SECONDS } = answer;
  const message = `${about}: ${code} ${answer.message}`;
  if (status === 409 && code === "ScopeLocked") return new Refused(message);
  if (LATER.has(status)) return new NotYet(message, retryAfterSeconds);
  if (FORBIDDEN.has(status)) return new Refused(message);
  if (status === 412) return new Conflict(message);
  return status === 400 ? new InvalidInput(message) : new Error(message);
}
