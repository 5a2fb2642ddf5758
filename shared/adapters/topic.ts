/** Adapter: `Notices` as CloudEvents on an Event Grid custom topic. The SDK retries for seconds, the queue for longer. */
import type { EventGridPublisherClient } from "@azure/eventgrid";
import { inBatches, type Notices } from "../audit/notices.ts";
import type { Notice } from "../audit/notice.ts";
import { NotYet, Refused } from "../core/errors.ts";

const RETRY_SECONDS = 60;
const LATER = new Set([408, 429, 503]);

/** @param open creates a client for the schema `CloudEvent` */
export function eventTopic(
  open: () => Promise<EventGridPublisherClient<"CloudEvent">>,
  source: string,
): Notices {
  return {
    name: "topic",
    source,
    async send(notices) {
      const client = await open();
      for (const batch of inBatches(notices))
        await client.send(batch.map(toEvent)).catch((error: unknown) => {
          throw failureOf(error);
        });
    },
  };
}

function toEvent({ id, source, type, subject, time, data }: Notice) {
  return { id, source, type, subject, time: new Date(time), datacontenttype: "application/json", data };
}

function failureOf(error: unknown): unknown {
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === undefined) return error;
  const problem = `the topic returned ${statusCode}`;
  if (LATER.has(statusCode)) return new NotYet(problem, RETRY_SECONDS);
  return statusCode < 500 ? new Refused(problem) : new Error(problem);
}
