/**
 * ARM's errors in Mooring's closed set, by status and code, never by message.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
import { Conflict, InvalidInput, NotYet, Refused } from "../errors.ts";

export interface ArmAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Absent when the service gave none. */
  readonly retryAfterSeconds?: number;
}

/** How long to wait when the service does not say. */
const RETRY_SECONDS = 20;

// A missing subscription is not among them: it may as well be one that we must not see.
const ABSENT = new Set(["ResourceNotFound", "NotFound", "ResourceGroupNotFound", "ParentResourceNotFound"]);

/** True only if ARM says that the resource, its parent or its resource group does not exist. */
export function isAbsent({ status, code }: ArmAnswer): boolean {
  return status === 404 && ABSENT.has(code);
}

/** The failure that an answer means. */
export function toFailure(answer: ArmAnswer, about: string): Error {
  const { status, code } = answer;
  const message = `${about}: ${code} ${answer.message}`;
  if (status === 412) return new Conflict(message);
  if (status === 429 || status === 503) return new NotYet(message, answer.retryAfterSeconds ?? RETRY_SECONDS);
  if (status === 409)
    return code === "ScopeLocked"
      ? new Refused(message)
      : new NotYet(message, answer.retryAfterSeconds ?? RETRY_SECONDS);
  if (status === 401 || status === 403 || status === 404) return new Refused(message);
  if (status === 400) return new InvalidInput(message);
  return new Error(message);
}
