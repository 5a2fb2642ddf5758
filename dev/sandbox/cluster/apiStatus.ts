/** What an API server answers when it refuses, in its own words. @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go */

export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** Of a list that may go on inconsistently. */
  readonly continue?: string;
}

export const alreadyExists = (name: string): Refusal => ({
  code: 409,
  reason: "AlreadyExists",
  message: `services "${name}" already exists`,
});

export const notFound = (name: string): Refusal => ({
  code: 404,
  reason: "NotFound",
  message: `services "${name}" not found`,
});

export const staleVersion = (name: string): Refusal => ({
  code: 409,
  reason: "Conflict",
  message:
    `Operation cannot be fulfilled on services "${name}": the object has been modified; ` +
    "please apply your changes to the latest version and try again",
});

export const otherUid = (name: string, { asked, actual }: { asked: string; actual: string }): Refusal => ({
  code: 409,
  reason: "Conflict",
  message:
    `Operation cannot be fulfilled on services "${name}": Precondition failed: ` +
    `UID in precondition: ${asked}, UID in object meta: ${actual}`,
});

export const invalid = (name: string, problem: string): Refusal => ({
  code: 422,
  reason: "Invalid",
  message: `Service "${name}" is invalid: ${problem}`,
});

export const overQuota = (name: string, { used, hard }: { used: number; hard: number }): Refusal => ({
  code: 403,
  reason: "Forbidden",
  message:
    `services "${name}" is forbidden: exceeded quota: services, requested: services.loadbalancers=1, ` +
    `used: services.loadbalancers=${used}, limited: services.loadbalancers=${hard}`,
});

export const deniedByOther = (): Refusal => ({
  code: 403,
  reason: "Forbidden",
  message: 'admission webhook "other.example.com" denied the request: refused by another webhook',
});

export const badRequest = (message: string): Refusal => ({ code: 400, reason: "BadRequest", message });

export const unauthorized = (): Refusal => ({ code: 401, reason: "Unauthorized", message: "Unauthorized" });

export const forbidden = (verb: "list" | "watch"): Refusal => ({
  code: 403,
  reason: "Forbidden",
  message:
    'services is forbidden: User "system:serviceaccount:mooring:mooring-declarations" cannot ' +
    `${verb} resource "services" in API group "" at the cluster scope`,
});

export const unavailable = (code: number): Refusal => ({
  code,
  reason: code === 429 ? "TooManyRequests" : "ServiceUnavailable",
  message: "the server is currently unable to handle the request",
});

export const expiredWatch = (version: number, oldest: number): Refusal => ({
  code: 410,
  reason: "Expired",
  message: `too old resource version: ${version} (${oldest})`,
});

export const expiredContinue = (token: string): Refusal => ({
  code: 410,
  reason: "Expired",
  message:
    "The provided continue parameter is too old to display a consistent list result. You can start a new list " +
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of " +
    "the results. Continuing with the provided token results in an inconsistent list - objects that were " +
    "created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  continue: token,
});

export const futureVersion = (asked: number, current: number): Refusal => ({
  code: 504,
  reason: "Timeout",
  message: `Too large resource version: ${asked}, current: ${current}`,
});

/** The `Status` object of a refusal. */
export function toStatus({ code, reason, message, continue: more }: Refusal): object {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: more === undefined ? {} : { continue: more },
    status: "Failure",
    message,
    reason,
    code,
  };
}
