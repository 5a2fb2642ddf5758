/** Failures as `application/problem+json` with every problem, never with a stack trace. */
import { Conflict, InvalidInput, NotYet, Refused } from "../shared/core/errors.ts";
import type { Problem } from "./model.ts";

export const PROBLEM_TYPE = "application/problem+json";

export const TITLES = {
  400: "Invalid request",
  401: "Sign-in required",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict with the current state",
  412: "Changed since it was read",
  413: "Request body too large",
  415: "Unsupported media type",
  428: "If-Match required",
  429: "Too many requests",
  503: "Service unavailable",
} as const;
export type ProblemStatus = keyof typeof TITLES;

/** A failure that is reported to the caller with its message. */
export class ApiProblem extends Error {
  override name = "ApiProblem";
  readonly status: ProblemStatus;
  readonly problems: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Additional members of the response, such as the current plan. */
  readonly more: object;
  constructor(
    status: ProblemStatus,
    problems: string | readonly string[],
    { headers = {}, more = {} }: { headers?: Readonly<Record<string, string>>; more?: object } = {},
  ) {
    super([problems].flat().join("; "));
    this.status = status;
    this.problems = [problems].flat();
    this.headers = headers;
    this.more = more;
  }
}

/** Retry-After of failures inside Mooring. */
const RETRY_SECONDS = 5;

/** Converts any thrown value. Details of errors outside the closed set are only logged. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof InvalidInput) return new ApiProblem(400, error.problems);
  if (error instanceof Refused) return new ApiProblem(409, error.message);
  const headers = { "retry-after": String(RETRY_SECONDS) };
  // Another write is going on: unlike a refusal, it passes.
  if (error instanceof Conflict) return new ApiProblem(409, error.message, { headers });
  if (error instanceof NotYet) {
    const later = { "retry-after": String(Math.ceil(error.retryAfterSeconds)) };
    return new ApiProblem(429, error.message, { headers: later });
  }
  return new ApiProblem(503, "Mooring is temporarily unavailable; try again", { headers });
}

export function problemBody({ status, problems, more }: ApiProblem): Problem {
  return { ...more, type: "about:blank", title: TITLES[status], status, problems: [...problems] };
}
