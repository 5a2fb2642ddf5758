/**
 * Result of the sender's probe of the relay, which it calls as an API server would. A hint for operators from
 * the holder of the cluster's token: limited in length, and never trusted.
 */
export interface WebhookProbe {
  /** `ok`, or a short error. */
  readonly verdict: string;
  readonly atUtc: string;
  /** Of the relay's certificate. */
  readonly certificateEndsAtUtc?: string;
}

export const VERDICT_HEADER = "x-mooring-webhook";
export const ENDS_HEADER = "x-mooring-webhook-certificate-ends";
const MOST_CHARACTERS = 200;

/** `undefined` if the sender did not probe. An invalid expiry date is omitted. */
export function readProbe(
  headers: { get(name: string): string | null },
  atUtc: string,
): WebhookProbe | undefined {
  const verdict = headers.get(VERDICT_HEADER)?.trim().slice(0, MOST_CHARACTERS);
  if (!verdict) return undefined;
  const ends = new Date(headers.get(ENDS_HEADER) ?? "");
  return {
    verdict,
    atUtc,
    ...(Number.isFinite(ends.getTime()) && { certificateEndsAtUtc: ends.toISOString() }),
  };
}
