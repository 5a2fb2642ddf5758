import type { ArmAnswer } from "./armError.ts";

interface SdkError {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message?: string;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

/** ARM's answer in an error that an SDK threw; `undefined` if there was no response. */
export function answerOf(error: unknown): ArmAnswer | undefined {
  const { statusCode, code, message, response } = error as SdkError;
  if (statusCode === undefined) return undefined;
  const retryAfter = Number(response?.headers?.get("retry-after") ?? Number.NaN);
  return {
    status: statusCode,
    code: code ?? "",
    message: message ?? "",
    ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
  };
}
