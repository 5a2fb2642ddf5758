import type { PathUncheckedResponse } from "@azure-rest/core-client";
import type { ArmAnswer } from "./armError.ts";

/** Status, code and message of a raw response. ARM nests its error, but some providers do not. */
export function toAnswer(response: PathUncheckedResponse): ArmAnswer {
  const body = (response.body ?? {}) as {
    error?: { code?: string; message?: string };
    code?: string;
    message?: string;
  };
  const retryAfter = Number(response.headers["retry-after"] ?? Number.NaN);
  return {
    status: Number(response.status),
    code: body.error?.code ?? body.code ?? "",
    message: body.error?.message ?? body.message ?? "",
    ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
  };
}
