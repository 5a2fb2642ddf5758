/** Failures in the API's words: `application/problem+json` with everything that is wrong, never a stack trace. */
import { Conflict, InvalidInput, NotYet, Refused } from "../shared/core/errors.ts";
import type { Problem } from "./model.ts";

export const PROBLEM_TYPE = "application/problem+json";

export const TITLES = {
  400: "The request is not well formed",
  401: "Sign in first",
  403: "Not allowed",
  404: "Not found",
  405: "Not with this method",
  409: "It cannot be done as things are",
  412: "It has changed since it was shown",
  413: "The body is too large",
  415: "The body has the wrong type",
  428: "Say in If-Match what you were shown",
  429: "Too much at once",
  503: "Not now",
} as const;
export type ProblemStatus = keyof typeof TITLES;

/** A failure that the caller is told as it is. */
export class ApiProblem extends Error {
  override name = "ApiProblem";
  readonly status: ProblemStatus;
  readonly problems: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the answer, such as the plan as it is now. */
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

/** How soon to try again what failed for reasons of ours. */
const RETRY_SECONDS = 5;

/** Everything that may be thrown, as the API says it. What is not of the closed set stays in the log. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof InvalidInput) return new ApiProblem(400, error.problems);
  if (error instanceof Conflict || error instanceof Refused) return new ApiProblem(409, error.message);
  if (error instanceof NotYet) {
    const headers = { "retry-after": String(Math.ceil(error.retryAfterSeconds)) };
    return new ApiProblem(429, error.message, { headers });
  }
  const headers = { "retry-after": String(RETRY_SECONDS) };
  return new ApiProblem(503, "Mooring cannot answer now; try again", { headers });
}

export function problemBody({ status, problems, more }: ApiProblem): Problem {
  return { ...more, type: "about:blank", title: TITLES[status], status, problems: [...problems] };
}
