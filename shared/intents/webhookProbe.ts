/** What a snapshot job says of the relay that it asked. A hint for people, from whoever has the cluster's token: short, and never trusted. */
import type { WebhookProbe } from "./model.ts";

export const VERDICT_HEADER = "x-mooring-webhook";
export const ENDS_HEADER = "x-mooring-webhook-certificate-ends";
const MOST_CHARACTERS = 200;

/** `undefined` if the job did not ask. An end that is no date is left out. */
export function readProbe(headers: { get(name: string): string | null }): WebhookProbe | undefined {
  const verdict = headers.get(VERDICT_HEADER)?.trim().slice(0, MOST_CHARACTERS);
  if (!verdict) return undefined;
  const ends = new Date(headers.get(ENDS_HEADER) ?? "");
  return { verdict, ...(Number.isFinite(ends.getTime()) && { certificateEndsAtUtc: ends.toISOString() }) };
}
