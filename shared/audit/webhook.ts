/**
 * Adapter: `Notices` as signed posts to the organisation's webhook. A batch of CloudEvents is one message, signed according to
 * Standard Webhooks so that their libraries can verify it. Only the queue retries.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from "node:crypto";
import { NotYet, Refused } from "../core/errors.ts";
import { inertJson } from "../core/inert.ts";
import { inBatches, type Notices } from "./notices.ts";
import type { Notice } from "./notice.ts";

export interface WebhookOptions {
  /** Must not be logged: the URL may contain a secret. */
  readonly url: string;
  /** `whsec_` followed by base64, or any text. */
  readonly secret: string;
  readonly source: string;
  readonly now: () => Date;
  readonly timeoutMilliseconds?: number;
}

const TIMEOUT_MILLISECONDS = 15_000;
const RETRY_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 3600;
const LATER = new Set([408, 425, 429, 503]);

export function webhook(options: WebhookOptions): Notices {
  const key = keyOf(options.secret);
  return {
    name: "webhook",
    source: options.source,
    async send(notices) {
      for (const batch of inBatches(notices)) await post(options, key, batch);
    },
  };
}

async function post(options: WebhookOptions, key: Buffer, batch: readonly Notice[]): Promise<void> {
  const { url, now, timeoutMilliseconds = TIMEOUT_MILLISECONDS } = options;
  const body = inertJson(batch);
  const response = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": "application/cloudevents-batch+json; charset=utf-8",
      ...signed(key, { id: batch[0]?.id ?? "", atUnix: Math.floor(now().getTime() / 1000), body }),
    },
    body,
    signal: AbortSignal.timeout(timeoutMilliseconds),
  }).catch((error: unknown) => {
    throw new Error(`the webhook is unreachable: ${reasonOf(error)}`);
  });
  await response.body?.cancel();
  if (!response.ok) throw failureOf(response, now());
}

interface Message {
  readonly id: string;
  readonly atUnix: number;
  readonly body: string;
}

function signed(key: Buffer, { id, atUnix, body }: Message): Record<string, string> {
  const signature = createHmac("sha256", key).update(`${id}.${atUnix}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": String(atUnix),
    "webhook-signature": `v1,${signature}`,
  };
}

const PREFIX = "whsec_";

function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), "base64")
    : Buffer.from(secret, "utf8");
}

/** Redirects are not followed: the signed message is only for the configured receiver. */
function failureOf({ status, headers }: Response, now: Date): Error {
  const problem = `the webhook returned ${status}`;
  if (LATER.has(status)) return new NotYet(problem, waitSeconds(headers.get("retry-after"), now));
  return status < 500 ? new Refused(problem) : new Error(problem);
}

/** Seconds, or a date. */
function waitSeconds(retryAfter: string | null, now: Date): number {
  const seconds = Number(retryAfter ?? RETRY_SECONDS);
  const wait = Number.isFinite(seconds) ? seconds : (Date.parse(retryAfter ?? "") - now.getTime()) / 1000;
  return Number.isFinite(wait) ? Math.min(Math.max(Math.ceil(wait), 1), LONGEST_WAIT_SECONDS) : RETRY_SECONDS;
}

/** The cause's code: messages of `fetch` may contain the URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.name === "TimeoutError") return "timeout";
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : error.name;
}
