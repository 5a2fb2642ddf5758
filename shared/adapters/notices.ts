/** The configured receivers of audit notifications. Clients are created when the first notification is sent. */
import type { Notices } from "../audit/notices.ts";
import { webhook } from "../audit/webhook.ts";
import { once } from "../core/once.ts";
import type { Settings } from "../core/settings.ts";
import { openCredential } from "./clients.ts";
import { eventTopic } from "./topic.ts";

export function createNotices(settings: Settings): Notices[] {
  const source = `urn:mooring:${settings.MOORING_NAME}`;
  const { MOORING_WEBHOOK_URL: url, MOORING_WEBHOOK_SECRET: secret } = settings;
  const { MOORING_EVENT_TOPIC: topic, MOORING_EVENT_TOPIC_KEY: key } = settings;
  return [
    ...(url && secret ? [webhook({ url, secret, source, now: () => new Date() })] : []),
    ...(topic ? [eventTopic(topicOpener(topic, key), source)] : []),
  ];
}

function topicOpener(topic: string, key: string | undefined) {
  const open = once(async (endpoint) => {
    const { AzureKeyCredential, EventGridPublisherClient } = await import("@azure/eventgrid");
    const credential = key ? new AzureKeyCredential(key) : await openCredential();
    return new EventGridPublisherClient(endpoint, "CloudEvent", credential);
  });
  return () => open(topic);
}
